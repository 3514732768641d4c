import { coordinators } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { leaderOf, readLeader, waitForLeader, type PatroniCluster } from '@citus-ha/patroni';
import { isSynchronous } from './find-problems.js';
import {
  coordinatorClients,
  coordinatorCluster,
  dcsPathOf,
  etcdOf,
  patroniOf,
  type OpenCluster,
} from './open-cluster.js';

export interface LeaderChange {
  readonly from: string | null;
  readonly to: string;
  readonly timeline: number;
}

const timeoutMs = 60_000;

/**
 * Moves the leader to another coordinator, planned and without loss; answers once the new one leads on a higher timeline.
 *
 * @throws CodedError `NO_CANDIDATE` where no standby is fit, `NO_LEADER` where `failover` is what is needed.
 */
export async function switchover(cluster: OpenCluster, to?: string): Promise<LeaderChange> {
  const seen = await coordinatorCluster(cluster);
  const leader = leaderOf(seen);
  if (!leader) {
    throw new CodedError('NO_LEADER', 'No coordinator leads, so there is none to move', {
      fix: 'Use `citus-ha failover`.',
    });
  }
  if (to === leader.name) {
    throw new CodedError('NO_CANDIDATE', `${to} leads already`, {
      blame: 'user',
      fix: `Name another of ${standbyNames(seen)}.`,
    });
  }
  const candidate = to ?? seen.members.find(({ role, state }) => role !== 'leader' && state === 'streaming')?.name;
  if (!candidate || !seen.members.some(({ name, state }) => name === candidate && state === 'streaming')) {
    throw new CodedError(
      'NO_CANDIDATE',
      `${candidate ?? 'No standby'} ${candidate ? 'does not stream' : 'streams'} from ${leader.name}`,
      {
        fix: 'Start the standbys, see `citus-ha status`.',
      },
    );
  }
  await patroniOf(cluster, leader.name).switchover({ leader: leader.name, candidate });
  const now = await waitForLeader({
    clients: coordinatorClients(cluster),
    aboveTimeline: leader.timeline ?? 0,
    timeoutMs,
    signal: cluster.signal,
  });
  return { from: leader.name, to: now.name, timeline: now.timeline };
}

/**
 * Makes another coordinator lead though the leader may be lost. A leader whose process is proven dead loses its key at
 * once, so that a standby promotes without waiting for the lease; the key is compared to what was read before the proof.
 */
export async function failover(cluster: OpenCluster, to?: string): Promise<LeaderChange> {
  const [first] = coordinators(cluster.spec);
  if (!first) throw new CodedError('NO_CANDIDATE', 'There is no coordinator');
  const scopePath = dcsPathOf(cluster, first);
  const etcd = etcdOf(cluster);
  const key = await readLeader(etcd, scopePath);
  const before = await coordinatorCluster(cluster);
  const timeline = Math.max(0, ...before.members.map((member) => member.timeline ?? 0));
  const provable = cluster.runtime.capabilities.has('isolation') && !before.paused;
  if (key && provable && (await cluster.runtime.member(key.name)).state === 'exited') {
    await requireSuccessor(cluster, key.name);
    await cluster.runtime.withLock(key.name, async () => {
      const { state } = await cluster.runtime.member(key.name);
      if (state === 'exited') await etcd.deleteIfUnchanged(key, [key.key]);
    });
  } else {
    const candidate = to ?? before.members.find(({ role, state }) => role !== 'leader' && state === 'streaming')?.name;
    if (!candidate) {
      throw new CodedError('NO_CANDIDATE', 'No standby is fit to lead', {
        fix: 'Start the standbys, see `citus-ha status`.',
      });
    }
    await patroniOf(cluster, candidate).failover({ candidate });
  }
  const now = await waitForLeader({
    clients: coordinatorClients(cluster),
    aboveTimeline: timeline,
    timeoutMs,
    signal: cluster.signal,
  });
  return { from: key?.name ?? null, to: now.name, timeline: now.timeline };
}

/** Someone alive, and synchronous where that is promised, must be able to take over before a key is deleted. */
async function requireSuccessor(cluster: OpenCluster, dead: string): Promise<void> {
  const { members } = await coordinatorCluster(cluster);
  const running = (await cluster.runtime.members()).filter(({ state }) => state === 'running').map(({ name }) => name);
  const fit = members.filter((member) => cluster.spec.durability === 'async' || isSynchronous(member));
  if (fit.some(({ name }) => name !== dead && running.includes(name))) return;
  throw new CodedError(
    'NO_CANDIDATE',
    `No coordinator that has every acknowledged write could take over from ${dead}`,
    {
      member: dead,
      fix: `Start it again: \`citus-ha start ${dead}\`.`,
    },
  );
}

function standbyNames({ members }: PatroniCluster): string {
  return members
    .filter(({ role }) => role !== 'leader')
    .map(({ name }) => name)
    .join(', ');
}
