import {
  canSpare,
  dcsPathOf,
  isAlone,
  knock,
  knockFrom,
  leaderByEtcd,
  memberNamed,
  type ClusterHandle,
} from '@citus-ha/cluster';
import { workers } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import { messageOf, waitFor } from '@citus-ha/core';
import { readScope } from '../failover/scope.js';
import type { Tell } from '../sentinel-event.js';
import { groupOf } from '../group-of.js';
import { judgeLoneSilence, judgeSilence, type Others, type SilenceVerdict, type Spared } from './judge-silence.js';

/** What is known of a member that serves nobody. */
export interface Silence {
  readonly member: string;
  /** Zero once it was heard again. */
  readonly unservedMs: () => number;
  readonly isRefused: () => boolean;
  /** That nobody answers in place of a dead one says nothing of its next life. */
  readonly forget: () => void;
  readonly others: () => Others;
}

/**
 * Kills a member whose PostgreSQL serves neither this machine nor the member that could lead in its place, or leads, provided that
 * this one does answer; a worker that others can do without, where the coordinator that leads hears nothing of it. Where its own Patroni
 * answers, it is given twice the time. What follows from a death follows from this one. Never throws but for the cluster's signal.
 */
export async function fence(
  cluster: ClusterHandle,
  { member, unservedMs, isRefused, forget, others }: Silence,
  fenceAfterMs: number,
  tell: Tell,
): Promise<void> {
  const { runtime, dcs, signal } = cluster;
  const spec = memberNamed(cluster, member);
  const path = dcsPathOf(cluster, spec);
  const judge = async (isGoverned: boolean): Promise<SilenceVerdict> => {
    const scope = await readScope(dcs, path, groupOf(cluster, member));
    const unserved = { member, isRefused: isRefused(), isGoverned };
    if (!isAlone(cluster.spec, spec)) return judgeSilence(unserved, scope, others());
    const otherWorkers = workers(cluster.spec).flatMap(({ name }) => (name === member ? [] : [name]));
    const coordinator = await leaderByEtcd(cluster);
    const verdict = judgeLoneSilence(unserved, scope, others(), { coordinator, workers: otherWorkers });
    if (verdict.act === 'fence' && !(await canSpare(cluster, spec))) return { act: 'spare', why: 'needed' };
    return verdict;
  };
  try {
    const life = lifeOf(await runtime.member(member));
    if (life === undefined) return forget();
    const verdict = await judge(false);
    // Its time begins once its Patroni says that it has failed.
    if (verdict.act === 'wait') return forget();
    if (verdict.act === 'spare') return spare(verdict.why);
    const { witness } = verdict;
    const [patroni, ofWitness] = await Promise.all([
      knock(runtime, member, 'patroni', fenceAfterMs / 2),
      knockFrom(cluster, witness, member, fenceAfterMs / 2),
    ]);
    if (ofWitness === 'heard') return spare('heard');
    if (ofWitness !== (isRefused() ? 'refused' : 'silent')) return spare('witness-unsure');
    const neededMs = patroni === 'silent' ? fenceAfterMs : 2 * fenceAfterMs;
    await waitFor({
      what: `${member} to serve, or not for long enough`,
      timeoutMs: neededMs,
      intervalMs: 20,
      signal,
      probe: () => unservedMs() === 0 || unservedMs() >= neededMs,
    });
    await runtime.withLock(
      member,
      async () => {
        if (lifeOf(await runtime.member(member)) !== life || unservedMs() < neededMs) return;
        const again = await judge(patroni !== 'silent');
        if (again.act === 'wait') return forget();
        if (again.act === 'spare') return spare(again.why);
        if (isRefused() && (await knock(runtime, member, 'postgres', fenceAfterMs / 2)) === 'heard') return;
        tell({
          type: 'fencing',
          member,
          incarnation: life,
          postgres: isRefused() ? 'refused' : 'silent',
          unservedMs: Math.round(unservedMs()),
          patroni,
          witness,
        });
        await runtime.kill(member, { only: life });
        forget();
      },
      { signal },
    );
  } catch (error) {
    signal?.throwIfAborted();
    tell({ type: 'failed', member, reason: messageOf(error) });
  }

  function spare(why: Spared): void {
    tell({ type: 'spared', member, why });
  }
}

/** The id of a member's life, where it is meant to go on. */
function lifeOf({ state, intent, incarnation }: Member): string | undefined {
  const isMeant = intent === 'running' && (state === 'running' || state === 'paused');
  return isMeant ? incarnation?.id : undefined;
}
