import { poolers } from '@citus-ha/config';
import type { ClusterHandle } from '../cluster-handle.js';
import { inTime } from '../observe/in-time.js';
import { readEndpoint, type EndpointFailure } from './read-concerns.js';

/** Whether clients get through the poolers, where there are any. */
export async function readPooled(cluster: ClusterHandle): Promise<EndpointFailure | undefined> {
  const names = poolers(cluster.spec)
    .map(({ name }) => name)
    .filter((name) => cluster.site.members[name]);
  if (names.length === 0) return undefined;
  const [paused, failure] = await Promise.all([findPaused(cluster, names), readEndpoint(cluster, 'pooled')]);
  return paused === undefined ? failure : pausedPooler(paused);
}

async function findPaused(cluster: ClusterHandle, names: readonly string[]): Promise<string | undefined> {
  const isPaused = async (name: string) => cluster.pooler(name).isPaused();
  const found = await Promise.all(
    names.map((name) =>
      inTime(isPaused(name), cluster.answerMs).then(
        (paused) => (paused ? name : undefined),
        () => undefined,
      ),
    ),
  );
  return found.find((name) => name !== undefined);
}

function pausedPooler(member: string): EndpointFailure {
  return {
    late: false,
    problem: {
      code: 'POOLER_PAUSED',
      member,
      message: `${member} holds its clients back, as a switchover has it do`,
      fix: 'Wait; or, where the command was killed that paused it, let them go on: `citus-ha up`.',
    },
  };
}
