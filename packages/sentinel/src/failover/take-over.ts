import { clientsTo, dcsPathOf, letGo, memberNamed, type ClusterHandle } from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import { currentClock, messageOf, waitFor } from '@citus-ha/core';
import { waitForLeader, type Leader } from '@citus-ha/patroni';
import { groupOf } from '../group-of.js';
import { isGroupPaused } from '../is-paused.js';
import { promised } from '../promised.js';
import type { Tell } from '../sentinel-event.js';
import { judge, type Death, type Lost, type Verdict } from './judge.js';
import type { Restarts } from './restarts.js';
import { readScope, type ScopeSeen } from './scope.js';

type Settled = Exclude<Verdict, { act: 'look-again' }>;

/** Beyond it the lease has run out, whatever can be seen. */
const graceMs = 30_000;
/** An election takes less; who may have been elected and was not, does not keep the dead one away. */
const electionMs = 10_000;

/**
 * What a sentinel does about a death: where the dead one held the leader lock, and another one may lead, it deletes its key, so that
 * the standbys elect one of them at once; then it starts the dead one again, whatever it was. Never throws but for the cluster's
 * signal.
 */
export async function takeOver(
  cluster: ClusterHandle,
  death: Death,
  restarts: Restarts,
  { since, fault }: Lost,
  tell: Tell,
): Promise<void> {
  const { member } = death;
  try {
    const verdict = await settle(cluster, death, tell);
    if (verdict.act === 'stand-down') return tell({ type: 'stood-down', ...death, why: verdict.why });
    const why = verdict.act === 'depose' ? 'rejoin' : verdict.why;
    // One that comes back too soon would race with the others.
    const successor = why === 'rejoin' ? await findSuccessor(cluster, member) : undefined;
    if (verdict.act === 'depose' && successor) {
      const afterMs = Math.round(currentClock().now() - since);
      tell({
        type: 'succeeded',
        member,
        by: successor.name,
        timeline: successor.timeline,
        afterMs,
        ...promised(cluster, fault, 'leader'),
      });
    }
    tell({ type: 'restarting', member, why });
    await restarts.restart(cluster, death, () => isGroupPaused(cluster, member));
  } catch (error) {
    cluster.signal?.throwIfAborted();
    tell({ type: 'failed', member, reason: messageOf(error) });
  }
}

/** What came of it in the end: read anew whenever an answer was lost, a key had changed, or nothing could be seen. */
async function settle(cluster: ClusterHandle, death: Death, tell: Tell): Promise<Settled> {
  return waitFor({
    what: `${death.member} to be proven dead`,
    timeoutMs: cluster.spec.timings.ttlMs + graceMs,
    intervalMs: 50,
    signal: cluster.signal,
    probe: () => decide(cluster, death, tell),
  });
}

async function decide(cluster: ClusterHandle, death: Death, tell: Tell): Promise<Settled | undefined> {
  const { runtime, dcs } = cluster;
  const group = groupOf(cluster, death.member);
  const path = dcsPathOf(cluster, memberNamed(cluster, death.member));
  const scope = await readScope(dcs, path, group);
  const [observation, members] = await Promise.all([
    runtime.observe(death.member, death.incarnation),
    runtime.members(),
  ]);
  const member = members.find(({ name }) => name === death.member);
  if (member === undefined) return { act: 'stand-down', why: 'stopped-on-purpose' };
  const down = members.filter(({ state }) => state !== 'running').map(({ name }) => name);
  const verdict = judge(death, scope, { member, observation, down });
  if (verdict.act === 'look-again') return undefined;
  const isLastLife = member.incarnation?.id === death.incarnation;
  if (observation === 'dead' && isLastLife) await freeLeader(cluster, death.member, scope, tell);
  if (verdict.act !== 'depose' || scope.leader === undefined) return verdict;
  // Of a life that does not end with its init, PostgreSQL may be left; the keys were read before.
  if (member.incarnation?.isolated !== true) await runtime.kill(death.member, { only: death.incarnation });
  const { leader, guards } = scope;
  const { modRevision: revision, lease } = leader;
  // Whoever wants to lead asks all members it knows of, also former ones, but for those that tell no address (Patroni,
  // `Ha._is_healthiest_node`); an address where nobody is left would cost 2 s.
  const puts = [{ put: `${path}members/${death.member}`, value: '{"state":"stopped"}', lease }];
  if ((await dcs.deleteIfUnchanged([leader, ...guards], [leader.key], { puts })) !== 'done') return undefined;
  tell({ type: 'deposed', ...death, candidates: verdict.candidates, revision, lease });
  return verdict;
}

/** A leader whose synchronous standby died acknowledges nothing until it waits for it no longer, which Patroni sees to later. */
async function freeLeader(
  cluster: ClusterHandle,
  member: string,
  { leader, sync, isPaused }: ScopeSeen,
  tell: Tell,
): Promise<void> {
  const isAwaited = leader !== undefined && leader.name !== member && sync?.standbys.includes(member);
  if (!isAwaited || isPaused) return;
  try {
    await letGo(cluster, leader.name, member);
    tell({ type: 'let-go', member, leader: leader.name });
  } catch (error) {
    cluster.signal?.throwIfAborted();
    tell({ type: 'failed', member, reason: messageOf(error) });
  }
}

/** Who leads in place of a member, once somebody does; `undefined` where nobody does in time, or nobody is left to. */
async function findSuccessor(cluster: ClusterHandle, member: string): Promise<Leader | undefined> {
  const others = groupOf(cluster, member).filter(({ name }) => name !== member);
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(cluster.signal ? [cluster.signal] : [])]);
  const elected = waitForLeader({
    clients: clientsTo(cluster, others),
    timeoutMs: electionMs,
    intervalMs: 20,
    signal,
  }).catch(() => undefined);
  const allGone = untilAllGone({ ...cluster, signal }, others).catch(() => undefined);
  try {
    return await Promise.race([elected, allGone]);
  } finally {
    over.abort();
    cluster.signal?.throwIfAborted();
  }
}

async function untilAllGone({ runtime, signal }: ClusterHandle, members: readonly MemberSpec[]): Promise<undefined> {
  const probe = async () => {
    const states = await Promise.all(members.map(({ name }) => runtime.member(name)));
    return states.every(({ state }) => state === 'exited');
  };
  await waitFor({ what: 'nobody to be left', timeoutMs: electionMs, intervalMs: 200, signal, probe });
}
