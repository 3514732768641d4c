import { coordinators } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { leaderOf, readLeader, waitForLeader, type Leader } from '@citus-ha/patroni';
import { chooseCandidate } from './choose-candidate.js';
import { isSynchronous } from './find-problems.js';
import {
  coordinatorClients,
  coordinatorCluster,
  dcsPathOf,
  etcdOf,
  patroniOf,
  type OpenCluster,
} from './open-cluster.js';
import { memberNamed, runningMembers } from './start-stop.js';

export interface LeaderChange {
  readonly from: string | null;
  readonly to: string;
  readonly timeline: number;
}

const timeoutMs = 60_000;

/**
 * Moves the leader to another coordinator, planned and without loss; answers once the new one leads on a higher timeline.
 *
 * @throws CodedError `NO_CANDIDATE` where no standby is fit, `NO_LEADER` where `failover` is what is needed,
 * `OTHER_LEADER` where another one than asked for was faster.
 */
export async function switchover(cluster: OpenCluster, to?: string): Promise<LeaderChange> {
  if (to !== undefined) memberNamed(cluster, to);
  const seen = await coordinatorCluster(cluster);
  const leader = leaderOf(seen);
  if (!leader) {
    throw new CodedError('NO_LEADER', 'No coordinator leads, so there is none to move', {
      fix: 'Use `citus-ha failover`.',
    });
  }
  const candidate = chooseCandidate({
    members: seen.members,
    running: await runningMembers(cluster),
    leader: leader.name,
    to,
    mayLose: cluster.spec.durability === 'async',
    remedy: 'Wait until `citus-ha status` calls it a sync_standby or quorum_standby.',
  });
  await patroniOf(cluster, leader.name).switchover({ leader: leader.name, candidate: candidate.name });
  const now = await waitForLeader({
    clients: coordinatorClients(cluster),
    aboveTimeline: leader.timeline ?? 0,
    not: leader.name,
    timeoutMs,
    signal: cluster.signal,
  });
  requireLeader(now, to);
  return { from: leader.name, to: now.name, timeline: now.timeline };
}

function requireLeader({ name, timeline }: Leader, asked: string | undefined): void {
  if (asked === undefined || name === asked) return;
  throw new CodedError('OTHER_LEADER', `${name} leads on timeline ${timeline}: it was faster than ${asked}`, {
    member: name,
    fix: `Move the leader once ${asked} streams: \`citus-ha switchover --to ${asked}\`.`,
  });
}

export interface FailoverOptions {
  /** The coordinator that is to lead; the fittest unless told. */
  readonly to?: string | undefined;
  /** Also takes a standby that may lack acknowledged writes. */
  readonly allowLoss?: boolean | undefined;
}

/**
 * Makes another coordinator lead though the leader may be lost. A leader whose process is proven dead loses its key at
 * once, so that a standby promotes without waiting for the lease; the key is compared to what was read before the proof.
 *
 * @throws CodedError `NO_CANDIDATE` where no standby is fit, `OTHER_LEADER` where another one than asked for was faster.
 */
export async function failover(
  cluster: OpenCluster,
  { to, allowLoss = false }: FailoverOptions = {},
): Promise<LeaderChange> {
  const [first] = coordinators(cluster.spec);
  if (!first) throw new CodedError('NO_CANDIDATE', 'There is no coordinator');
  if (to !== undefined) memberNamed(cluster, to);
  const etcd = etcdOf(cluster);
  const key = await readLeader(etcd, dcsPathOf(cluster, first));
  const before = await coordinatorCluster(cluster);
  const timeline = Math.max(0, ...before.members.map((member) => member.timeline ?? 0));
  const candidate = chooseCandidate({
    members: before.members,
    running: await runningMembers(cluster),
    leader: key?.name,
    to,
    mayLose: allowLoss || cluster.spec.durability === 'async',
    remedy: `Start ${key?.name ?? 'the last leader'} again, or lose what it lacks: --allow-loss.`,
  });
  const provable = cluster.runtime.capabilities.has('isolation') && !before.paused;
  const electable = cluster.spec.durability === 'async' || isSynchronous(candidate);
  if (key && provable && electable && (await hasEnded(cluster, key.name))) {
    await cluster.runtime.withLock(key.name, async () => {
      // Whatever comes of it: who leads next tells.
      if (await hasEnded(cluster, key.name)) await etcd.deleteIfUnchanged(key, [key.key]);
    });
  } else {
    await patroniOf(cluster, candidate.name).failover({ candidate: candidate.name });
  }
  const now = await waitForLeader({
    clients: coordinatorClients(cluster),
    aboveTimeline: timeline,
    timeoutMs,
    signal: cluster.signal,
  });
  requireLeader(now, to);
  return { from: key?.name ?? null, to: now.name, timeline: now.timeline };
}

async function hasEnded({ runtime }: OpenCluster, member: string): Promise<boolean> {
  return (await runtime.member(member)).state === 'exited';
}
