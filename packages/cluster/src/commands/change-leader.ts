import { withConnection } from '@citus-ha/citus';
import { coordinators } from '@citus-ha/config';
import { CodedError, codeOf, FatalProbeError, messageOf, waitFor } from '@citus-ha/core';
import { leaderOf, waitForLeader, type Leader, type PatroniMember } from '@citus-ha/patroni';
import { readLeader } from '@citus-ha/dcs';
import { findStuck } from '../observe/catch-up.js';
import { chooseCandidate } from './choose-candidate.js';
import { readChecksumFailures } from '../doctor/examine-storage.js';
import { isSynchronous } from '../status/find-problems.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorClients, coordinatorCluster, dcsPathOf } from '../open-cluster.js';
import { whilePoolersPaused } from './pause-poolers.js';
import { memberNamed, runningMembers, startMember } from './start-stop.js';

export interface LeaderChange {
  readonly from: string | null;
  readonly to: string;
  readonly timeline: number;
  /** How long clients of the poolers waited, in a switchover; `null` where there is no pooler. */
  readonly waitedMs?: number | null;
}

const timeoutMs = 60_000;

/**
 * Moves the leader to another coordinator, planned and without loss; answers once the new one leads on a higher timeline. A standby
 * that runs and is not fit yet is waited for. Clients of the poolers wait meanwhile.
 *
 * @throws CodedError `NO_CANDIDATE` where no standby is fit, `NO_LEADER` where `failover` is what is needed,
 * `OTHER_LEADER` where another one than asked for was faster, `TRANSACTION_OPEN` as {@link whilePoolersPaused} does.
 */
export async function switchover(cluster: ClusterHandle, to?: string): Promise<LeaderChange> {
  if (to !== undefined) memberNamed(cluster, to);
  const seen = await coordinatorCluster(cluster);
  const leader = leaderOf(seen);
  if (!leader) {
    throw new CodedError('NO_LEADER', 'No coordinator leads, so there is none to move', {
      fix: 'Use `citus-ha failover`.',
    });
  }
  const candidate = await waitForCandidate(cluster, leader.name, to);
  await refuseDamaged(cluster, candidate.name);
  await writeOut(cluster, leader.name);
  const { value: now, waitedMs } = await whilePoolersPaused(cluster, () => move(cluster, leader, candidate.name));
  requireLeader(now, to);
  return { from: leader.name, to: now.name, timeline: now.timeline, waitedMs };
}

/** What is written now, PostgreSQL need not write when it stops. */
async function writeOut(cluster: ClusterHandle, leader: string): Promise<void> {
  await withConnection(cluster.sql(leader), (client) => client.query('CHECKPOINT')).catch(() => undefined);
}

/** Patroni itself answers up to a second after it is done. */
async function move(cluster: ClusterHandle, leader: PatroniMember, candidate: string): Promise<Leader> {
  const over = new AbortController();
  const signal = cluster.signal ? AbortSignal.any([cluster.signal, over.signal]) : over.signal;
  cluster
    .patroni(leader.name)
    .switchover({ leader: leader.name, candidate }, { signal })
    .catch((error: unknown) => over.abort(error));
  try {
    return await waitForLeader({
      clients: coordinatorClients(cluster),
      aboveTimeline: leader.timeline ?? 0,
      not: leader.name,
      timeoutMs,
      intervalMs: 20,
      signal,
    });
  } finally {
    over.abort();
  }
}

/** A planned change has no need to lead to pages that cannot be read. */
async function refuseDamaged(cluster: ClusterHandle, name: string): Promise<void> {
  const failures = await readChecksumFailures(cluster, name).catch(() => 0);
  if (failures === 0) return;
  throw new CodedError('NO_CANDIDATE', `${name} has damaged data: ${failures} pages failed their checksums`, {
    member: name,
    fix: `Copy it anew from the leader: \`citus-ha reinit ${name}\`, or name another standby with --to.`,
  });
}

/** One that runs may still be on its way; a wait for it ends where nobody else runs, or it cannot get there. */
async function waitForCandidate(
  cluster: ClusterHandle,
  leader: string,
  to: string | undefined,
): Promise<PatroniMember> {
  let unfit: unknown;
  let told = false;
  const probe = async () => {
    const running = await runningMembers(cluster);
    try {
      return chooseCandidate({
        members: (await coordinatorCluster(cluster)).members,
        running,
        leader,
        to,
        mayLose: cluster.spec.durability === 'async',
        remedy: 'Wait until `citus-ha status` calls it a sync_standby or quorum_standby.',
      });
    } catch (error) {
      if (
        codeOf(error) !== 'NO_CANDIDATE' ||
        to === leader ||
        !(await mayBecomeFit(cluster, { running, leader, to }))
      ) {
        throw new FatalProbeError(error);
      }
      if (!told) cluster.onEvent?.({ type: 'waiting-for-candidate', reason: messageOf(error) });
      told = true;
      unfit = error;
      return undefined;
    }
  };
  return waitFor({ what: 'a standby to be fit', probe, timeoutMs, intervalMs: 200, signal: cluster.signal }).catch(
    (error: unknown) => {
      throw codeOf(error) === 'TIMEOUT' ? (unfit ?? error) : error;
    },
  );
}

async function mayBecomeFit(
  cluster: ClusterHandle,
  {
    running,
    leader,
    to,
  }: { readonly running: readonly string[]; readonly leader: string; readonly to: string | undefined },
): Promise<boolean> {
  const standbys = coordinators(cluster.spec).filter(
    ({ name }) => name !== leader && (to === undefined || name === to) && running.includes(name),
  );
  const stuck = await Promise.all(standbys.map(({ name }) => findStuck(cluster, name)));
  return stuck.includes(undefined);
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
 * once, so that a standby promotes without waiting for the lease; the key is compared to what was read before the proof. One
 * that takes no connection is killed first, and started again as a standby.
 *
 * @throws CodedError `NO_CANDIDATE` where no standby is fit, `OTHER_LEADER` where another one than asked for was faster.
 */
export async function failover(
  cluster: ClusterHandle,
  { to, allowLoss = false }: FailoverOptions = {},
): Promise<LeaderChange> {
  const [first] = coordinators(cluster.spec);
  if (!first) throw new CodedError('NO_CANDIDATE', 'There is no coordinator');
  if (to !== undefined) memberNamed(cluster, to);
  const etcd = cluster.dcs;
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
  const fenced = key && provable && electable && (await fence(cluster, key.name));
  if (key && provable && electable && (await hasEnded(cluster, key.name))) {
    await cluster.runtime.withLock(key.name, async () => {
      // Whatever comes of it: who leads next tells.
      if (await hasEnded(cluster, key.name)) await etcd.deleteIfUnchanged(key, [key.key]);
    });
  } else {
    await cluster.patroni(candidate.name).failover({ candidate: candidate.name });
  }
  const now = await waitForLeader({
    clients: coordinatorClients(cluster),
    aboveTimeline: timeline,
    timeoutMs,
    signal: cluster.signal,
  });
  if (fenced) await startMember(cluster, memberNamed(cluster, key.name));
  requireLeader(now, to);
  return { from: key?.name ?? null, to: now.name, timeline: now.timeline };
}

/**
 * Kills a leader that takes no connection, and says whether it did. Patroni could not stop a PostgreSQL that is frozen or cut
 * off, and its own connection of before may go on answering.
 */
async function fence(cluster: ClusterHandle, leader: string): Promise<boolean> {
  const { runtime, onEvent } = cluster;
  const { state, incarnation } = await runtime.member(leader);
  if (state !== 'running' && state !== 'paused') return false;
  const silent = await withConnection(cluster.sql(leader), async () => false, { timeoutMs: 3_000 }).catch(
    (error: unknown) => codeOf(error) === 'SERVER_TIMEOUT',
  );
  if (!silent) return false;
  onEvent?.({ type: 'killing-leader', member: leader });
  await runtime.kill(leader, { only: incarnation?.id });
  return true;
}

/** As a whole. */
async function hasEnded({ runtime }: ClusterHandle, name: string): Promise<boolean> {
  const { state, incarnation } = await runtime.member(name);
  return state === 'exited' && incarnation?.isolated === true;
}
