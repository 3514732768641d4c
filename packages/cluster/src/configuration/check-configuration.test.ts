import { defaultClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.js';
import type { Json, JsonObject } from './json-patch.js';

const parameters = { tcp_keepalives_idle: 5, 'citus.shard_count': 3 };
const rendered = { ttl: 20, failsafe_mode: true, postgresql: { use_pg_rewind: true, parameters } };
const current = { ...rendered, postgresql: { ...rendered.postgresql, parameters: { ...parameters, work_mem: '4MB' } } };
const check = (edited: JsonObject) => () => checkConfiguration(defaultClusterSpec(), rendered, current, edited);
const withParameter = (name: string, value: Json): JsonObject => ({
  ...current,
  postgresql: { ...current.postgresql, parameters: { ...current.postgresql.parameters, [name]: value } },
});

describe('an edited dynamic configuration', () => {
  it('may change what cluster.yaml leaves open', () => {
    expect(check({ ...withParameter('work_mem', '8MB'), check_timeline: true })).not.toThrow();
  });

  it.each([
    ['a key that Patroni does not know', { ...current, loop_wiat: 1 }, 'loop_wiat: Patroni knows no such key'],
    ['a value of a wrong kind', { ...current, primary_stop_timeout: 'soon' }, '"soon" is not a number'],
    ['what cluster.yaml decides', { ...current, ttl: 5 }, 'ttl: cluster.yaml decides it, as timings.ttl'],
    ['what is always so', { ...current, failsafe_mode: false }, 'failsafe_mode: citus-ha decides it'],
    ['what stops the writes', { ...current, standby_cluster: { host: 'far' } }, 'would take no more writes'],
    ['a pause of one group', { ...current, pause: true }, 'citus-ha pause'],
    ['a parameter of citus-ha', withParameter('citus.shard_count', 7), 'set shards.count in cluster.yaml'],
    ['one that it sets unless told', withParameter('tcp_keepalives_idle', 9), 'as postgres.parameters.tcp_keepalives'],
    ['commits without a standby', withParameter('synchronous_commit', 'off'), 'break durability synchronous'],
    ['commits without a standby in another spelling', withParameter('Synchronous_Commit', 'NO'), 'break durability'],
    ['no word of the parameter', withParameter('synchronous_commit', 'maybe'), 'PostgreSQL takes on'],
    ['data that a crash corrupts', withParameter('fsync', 'of'), 'corrupts the data'],
    [
      'what the files of members decide',
      { ...current, postgresql: { ...current.postgresql, pg_hba: ['local all all trust'] } },
      'postgresql.pg_hba: it would have no effect',
    ],
    ['its removal', { ...current, postgresql: { parameters } }, 'postgresql.use_pg_rewind: citus-ha decides it'],
  ])('is refused with %s', (_, edited, problem) => {
    expect(check(edited as JsonObject)).toThrow(problem);
  });
});
