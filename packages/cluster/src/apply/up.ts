import { isDeepStrictEqual } from 'node:util';
import { etcdMembers, proxies } from '@citus-ha/config';
import { messageOf } from '@citus-ha/core';
import { changeLog } from './change-log.js';
import { converge } from './converge.js';
import { explainWithLogs, withoutLogs } from './explain-with-logs.js';
import { foresee } from './foresee.js';
import { refuseProxies } from './proxy-fallback.js';
import { blameEnded } from './while-running.js';
import type { ClusterChange } from '../cluster-event.js';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import { refuseParameters } from '../configuration/refuse-parameters.js';
import { withClusterLock, type ClusterContext } from '../context.js';
import { passwordTrial } from '../observe/try-password.js';
import type { PlannedStep } from '../plan/plan-cost.js';
import { requireSupported } from '../plan/require-supported.js';
import { completeRecord, settleRecord, writeRecord } from '../record/cluster-record.js';
import { keepRecord } from '../record/rebuild-record.js';

export interface UpOptions {
  /** Whether missing packages may be installed. */
  readonly install: boolean;
  /** Whether the newest coordinator that can be read may lead, once, although one that cannot may have newer data. */
  readonly allowLoss?: boolean;
  /** Told what is about to be done, before any of it is, as far as that is known then. */
  readonly onPlan?: (plan: readonly PlannedStep[]) => void;
}

export interface UpResult {
  readonly cluster: ClusterHandle;
  /** What was done; empty where the cluster already was as asked for. */
  readonly changes: readonly ClusterChange[];
}

/**
 * Makes the cluster be as its spec says: members created and running, a leader elected, workers registered, the write
 * endpoint taking SQL. Can be repeated, and finishes what an interrupted run began. Where the very first run fails or is
 * aborted, all that it made is removed again; a later run that fails leaves what it reached to the next one.
 *
 * @throws CodedError naming the member that kept it from coming up, with the last lines of its log.
 */
export async function up(context: ClusterContext, options: UpOptions): Promise<UpResult> {
  requireSupported(context.spec);
  return withClusterLock(context, () => bringUp(context, options));
}

async function bringUp(context: ClusterContext, options: UpOptions): Promise<UpResult> {
  const { spec, runtime, onEvent, signal } = context;
  const kept = await keepRecord(context);
  const { seen, steps } = await foresee(context, kept);
  options.onPlan?.(steps);
  const log = changeLog(onEvent);
  // What it refuses to touch is not this run's to remove.
  const site = await runtime.prepare({
    spec,
    install: options.install,
    ...(onEvent && { onEvent }),
    ...(signal && { signal }),
  });
  try {
    const record = await settleRecord(spec, site, kept, passwordTrial(context, site, kept));
    const cluster = clusterHandle(context, { site, record });
    const isJudged = await refuseParameters(cluster);
    await refuseProxies(cluster, proxies(spec));
    if (!isDeepStrictEqual(record, kept)) await writeRecord(runtime.store, record);
    await converge(cluster, { kept, allowLoss: options.allowLoss ?? false, isJudged, log });
    const complete = completeRecord(record, spec);
    if (!isDeepStrictEqual(complete, record)) await writeRecord(runtime.store, complete);
    return { cluster: { ...cluster, record: complete }, changes: log.changes };
  } catch (error) {
    const etcd = etcdMembers(spec).map(({ name }) => name);
    const explained = await explainWithLogs(runtime, await blameEnded(runtime, etcd, error));
    if (seen.length === 0 && kept === undefined) {
      onEvent?.({ type: 'undoing' });
      const left = await runtime.destroy({ data: true }).then(() => undefined, messageOf);
      if (left === undefined) throw withoutLogs(explained);
      onEvent?.({ type: 'not-undone', reason: left });
    }
    throw explained;
  }
}
