import { coordinators } from '@citus-ha/config';
import { CodedError, waitFor, type RequestOptions } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';
import { dcsPathOf } from '../open-cluster.js';
import { waitFix, waitWords, type Wait } from './wait-for-others.js';

const allowedSeconds = 300;

/** Who waits for whom, as the members' own program has written it down. */
export async function readWaits(cluster: ClusterHandle, options?: RequestOptions): Promise<readonly Wait[]> {
  const etcd = cluster.dcs;
  const entries = coordinators(cluster.spec).map(async (member): Promise<readonly Wait[]> => {
    const key = await etcd.get(`${dcsPathOf(cluster, member)}citus-ha/positions/${member.name}`, options);
    const entry = key && (JSON.parse(key.value) as Omit<Wait, 'member'>);
    return entry && entry.waitsFor.length > 0 ? [{ ...entry, member: member.name }] : [];
  });
  return (await Promise.all(entries)).flat();
}

/**
 * Lets the newest of the coordinators that can be asked lead, once, although others may have acknowledged rows that it lacks:
 * those named here, which must not run, and those that cannot read their data. Does nothing where someone leads.
 */
export async function allowLoss(cluster: ClusterHandle, without: readonly string[]): Promise<void> {
  const [first] = coordinators(cluster.spec);
  if (!first) return;
  const etcd = cluster.dcs;
  const scope = dcsPathOf(cluster, first);
  const lease = await etcd.grantLease(allowedSeconds);
  await etcd.txn({
    compare: [{ key: `${scope}leader`, createRevision: '0' }],
    success: [{ put: `${scope}citus-ha/allow-loss`, value: JSON.stringify(without), lease }],
  });
}

/** Rejects once a coordinator waits for what no time brings; else when the signal aborts. */
export async function refuseStuck(cluster: ClusterHandle): Promise<never> {
  const { signal, onEvent } = cluster;
  let told = '';
  let before: readonly Wait[] = [];
  const found = await waitFor({
    what: 'a coordinator to wait in vain',
    timeoutMs: 2 ** 31 - 1,
    intervalMs: 1_000,
    signal,
    probe: async () => {
      const waits = await readWaits(cluster);
      const words = waits.map(waitWords).join('; ');
      if (words !== told && words !== '') onEvent?.({ type: 'coordinators-wait', waits });
      told = words;
      const stuck = waits.find(
        (wait) => wait.stuck && before.some(({ member, why }) => member === wait.member && why === wait.why),
      );
      before = waits;
      return stuck;
    },
  });
  throw new CodedError('LEADER_UNDECIDED', waitWords(found), { member: found.member, fix: waitFix(found, []) });
}
