import { defaultClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.js';

const current = { ttl: 20, loop_wait: 1, postgresql: { parameters: { work_mem: '4MB', 'citus.shard_count': 3 } } };
const check = (edited: Parameters<typeof checkConfiguration>[2]) => () =>
  checkConfiguration(defaultClusterSpec(), current, edited);

describe('an edited dynamic configuration', () => {
  it('may change what cluster.yaml leaves open', () => {
    expect(
      check({
        ...current,
        check_timeline: true,
        postgresql: { parameters: { work_mem: '8MB', 'citus.shard_count': 3 } },
      }),
    ).not.toThrow();
  });

  it('is refused with a key that Patroni does not know', () => {
    expect(check({ ...current, loop_wiat: 1 })).toThrow(/loop_wiat: Patroni knows no such key/);
  });

  it('is refused where cluster.yaml decides, with the key there', () => {
    const parameters = { work_mem: '4MB', 'citus.shard_count': 7 };
    expect(check({ ...current, ttl: 5, postgresql: { parameters } })).toThrow(
      /ttl: .*timings\.ttl\ncitus\.shard_count: .*shards\.count/,
    );
  });
});
