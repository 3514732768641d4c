import { isDeepStrictEqual } from 'node:util';
import { etcdMembers, type MemberSpec } from '@citus-ha/config';
import { messageOf } from '@citus-ha/core';
import { etcdUsers, renderMember } from '@citus-ha/emitters';
import { bringIntoService, waitForEtcd } from './bring-into-service.js';
import { changeLog, type ChangeLog } from './change-log.js';
import { completeRecord, settleRecord, writeRecord } from '../record/cluster-record.js';
import type { ClusterChange } from '../cluster-event.js';
import { withClusterLock, type ClusterContext } from '../context.js';
import { explainWithLogs, withoutLogs } from './explain-with-logs.js';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import { isDatabase } from '../commands/maintain.js';
import type { PlannedStep } from '../plan/plan-cost.js';
import type { LifeStep } from '../plan/plan-up.js';
import { foresee } from './foresee.js';
import { refuseProxies } from './proxy-fallback.js';
import { keepRecord } from '../record/rebuild-record.js';
import { refuseParameters } from '../configuration/refuse-parameters.js';
import { renderInput } from '../render-input.js';
import { requireSupported } from '../plan/require-supported.js';
import { closeEtcd, isEtcdClosed } from './secure-etcd.js';
import { passwordTrial } from '../observe/try-password.js';
import { startMember, stopMember } from '../commands/start-stop.js';
import { waitForStranded } from '../observe/stranded-members.js';
import { teachLogins } from './teach-login.js';
import { allowLoss } from './turns.js';
import { isUpdateUnfinished, updateMembers, updatingKey, waitForNextLoop } from './update-members.js';
import { blameEnded, whileRunning } from './while-running.js';

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
  const { wanted, seen, plan, steps } = await foresee(context, kept);
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
    await refuseParameters(cluster);
    await refuseProxies(cluster, wanted);
    if (!isDeepStrictEqual(record, kept)) await writeRecord(runtime.store, record);
    await runMembers(cluster, wanted, plan, log, options);
    await bringIntoService(cluster, log);
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

async function runMembers(
  cluster: ClusterHandle,
  wanted: readonly MemberSpec[],
  plan: readonly LifeStep[],
  log: ChangeLog,
  options: UpOptions,
): Promise<void> {
  const { store } = cluster.runtime;
  const unfinished = await isUpdateUnfinished(store);
  await store.write(updatingKey, 'definitions were written that members may not have taken yet');
  const steps = ({ name }: MemberSpec) => plan.filter(({ member }) => member === name);
  // A thawed one goes on as it was.
  const goesOn = (member: MemberSpec) => steps(member).every(({ action }) => action === 'resume');
  await createMembers(
    cluster,
    wanted.filter((member) => !goesOn(member)),
    plan,
    log,
  );
  await startEtcd(cluster, wanted, plan, log);
  const stranded = await stopStranded(cluster, wanted.filter(goesOn), log);
  await createMembers(cluster, stranded, plan, log);
  const living = wanted.filter((member) => goesOn(member) && !stranded.includes(member));
  // Patroni that has no login yet is not locked out.
  const early =
    !living.some((member) => isDatabase(cluster, member)) ||
    (await isEtcdClosed(cluster.dcs, etcdUsers(renderInput(cluster))));
  if (early) await close(cluster, log);
  if (options.allowLoss) await allowLoss(cluster, []);
  const again = stranded.map(({ name }) => ({ action: 'start', member: name }) as const);
  const others = wanted.filter(({ kind }) => kind !== 'etcd');
  await startAll(cluster, others, [...plan, ...again], log);
  const update = (members: readonly MemberSpec[]) => updateMembers(cluster, members, { unfinished, log });
  if (!early) {
    // A Patroni that was only taught its login may not log in again to an etcd that restarts.
    await update(living.filter(({ kind }) => kind === 'etcd'));
    await teachLogins(cluster, living);
    await waitForNextLoop(cluster, living);
    await close(cluster, log);
  }
  await update(early ? living : living.filter(({ kind }) => kind !== 'etcd'));
  await store.remove(updatingKey);
}

async function createMembers(
  cluster: ClusterHandle,
  members: readonly MemberSpec[],
  plan: readonly LifeStep[],
  { change }: ChangeLog,
): Promise<void> {
  for (const member of members) {
    const { changed } = await cluster.runtime.create(renderMember(renderInput(cluster), member));
    const isNew = plan.some((step) => step.action === 'create' && step.member === member.name);
    if (changed) change({ type: isNew ? 'created' : 'updated', member: member.name });
  }
}

async function close(cluster: ClusterHandle, { change }: ChangeLog): Promise<void> {
  if (await closeEtcd(cluster)) change({ type: 'closed-etcd' });
}

/** Until etcd has a majority. */
async function startEtcd(
  cluster: ClusterHandle,
  wanted: readonly MemberSpec[],
  plan: readonly LifeStep[],
  log: ChangeLog,
): Promise<void> {
  await startAll(
    cluster,
    wanted.filter(({ kind }) => kind === 'etcd'),
    plan,
    log,
  );
  const etcd = etcdMembers(cluster.spec).map(({ name }) => name);
  await whileRunning(cluster, etcd, (signal) => waitForEtcd({ ...cluster, signal }, 'majority'));
  const health = await cluster.dcs.health();
  if (!health.some(({ alarms }) => alarms.includes('NOSPACE'))) return;
  await cluster.dcs.makeRoom({ signal: cluster.signal });
  log.change({ type: 'compacted-etcd' });
}

/** All at once, so that none of them leads by what the others do not know yet. */
async function stopStranded(
  cluster: ClusterHandle,
  members: readonly MemberSpec[],
  { change }: ChangeLog,
): Promise<readonly MemberSpec[]> {
  const databases = members.filter((member) => isDatabase(cluster, member)).map(({ name }) => name);
  if (databases.length === 0) return [];
  const names = await waitForStranded(cluster, databases);
  const stranded = members.filter(({ name }) => names.includes(name));
  await allEnded(stranded.map((member) => stopMember(cluster, member)));
  if (names.length > 0) change({ type: 'stopped-stranded', members: names });
  return stranded;
}

/** Starts or thaws those that the plan says. */
async function startAll(
  cluster: ClusterHandle,
  members: readonly MemberSpec[],
  plan: readonly LifeStep[],
  { change }: ChangeLog,
): Promise<void> {
  const act = async (member: MemberSpec) => {
    const action = plan.findLast((step) => step.member === member.name)?.action;
    if (action === undefined) return;
    if (action === 'resume') {
      await cluster.runtime.resume(member.name);
      change({ type: 'resumed', member: member.name });
    } else {
      await startMember(cluster, member);
      change({ type: 'started', member: member.name });
    }
  };
  await allEnded(members.map(act));
}

/** A failure is told only once nothing is under way any more: what starts while it is removed would be left behind. */
async function allEnded(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((task) => task.status === 'rejected');
  if (failed) throw failed.reason;
}
