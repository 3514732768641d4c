import { withConnection } from '@citus-ha/citus';
import { coordinators, etcdMembers, membersOf, workers, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { CodedError, messageOf, waitFor } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import { waitForLeader } from '@citus-ha/patroni';
import type { Member } from '@citus-ha/runtime';
import { bootstrapNodes } from './bootstrap-nodes.js';
import { readRecord, settleRecord, writeRecord, type ClusterRecord } from './cluster-record.js';
import { wholeCluster, type ClusterContext } from './context.js';
import { applyDynamicConfiguration } from './dynamic-configuration.js';
import { explainWithLogs } from './explain-with-logs.js';
import { isSynchronous } from './find-problems.js';
import { coordinatorClients, endpointOf, etcdOf, patroniOf, type OpenCluster } from './open-cluster.js';
import { planUp, surplusMembers, type UpStep } from './plan-up.js';
import { requireSupported } from './require-supported.js';
import { restartProcess, startMember } from './start-stop.js';

export interface UpOptions {
  /** Whether missing packages may be installed. */
  readonly install: boolean;
  /** Told what is about to be done, before any of it is. */
  readonly onPlan?: (plan: readonly UpStep[]) => void;
}

export interface UpResult {
  readonly cluster: OpenCluster;
  /** What was done, a line each; empty where the cluster already was as asked for. */
  readonly changes: readonly string[];
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
  return context.runtime.withLock(wholeCluster, () => bringUp(context, options));
}

async function bringUp(context: ClusterContext, options: UpOptions): Promise<UpResult> {
  const { spec, runtime, onStep, signal } = context;
  const kept = await readRecord(runtime.store);
  const wanted = membersOf(spec);
  const seen = await runtime.members();
  refuseLostPasswords(spec, kept, seen);
  refuseSurplus(spec, surplusMembers(wanted, seen));
  const plan = planUp(wanted, seen);
  const log = changeLog(onStep);
  let record = kept;
  try {
    const site = await runtime.prepare({
      spec,
      install: options.install,
      ...(onStep && { onProgress: onStep }),
      ...(signal && { signal }),
    });
    record = await settleRecord(spec, site, kept);
    if (!kept) await writeRecord(runtime.store, record);
    options.onPlan?.(plan);
    const cluster: OpenCluster = { ...context, site, record };
    await runMembers(cluster, wanted, plan, log);
    await bringIntoService(cluster, log);
    const complete = { ...record, complete: true };
    if (!record.complete) await writeRecord(runtime.store, complete);
    return { cluster: { ...cluster, record: complete }, changes: log.changes };
  } catch (error) {
    const explained = await explainWithLogs(runtime, error);
    if (seen.length === 0 && !record?.complete) {
      onStep?.('removing what this run made');
      await runtime.destroy({ data: true }).catch((left: unknown) => onStep?.(`not all of it: ${messageOf(left)}`));
    }
    throw explained;
  }
}

interface ChangeLog {
  readonly changes: string[];
  /** Notes what was done, and tells it. */
  readonly change: (line: string) => void;
}

function changeLog(onStep: ClusterContext['onStep']): ChangeLog {
  const changes: string[] = [];
  const change = (line: string) => {
    changes.push(line);
    onStep?.(line);
  };
  return { changes, change };
}

function refuseLostPasswords(spec: ClusterSpec, kept: ClusterRecord | undefined, seen: readonly Member[]): void {
  if (kept || seen.length === 0) return;
  throw new CodedError('PASSWORDS_LOST', `Cluster ${spec.name} has members, but the record of its passwords is gone`, {
    fix: 'Restore cluster.json in its store from a backup; the data is kept. Or remove the cluster with `citus-ha down --volumes`.',
  });
}

function refuseSurplus(spec: ClusterSpec, surplus: readonly string[]): void {
  if (surplus.length === 0) return;
  throw new CodedError(
    'MEMBER_SURPLUS',
    `Cluster ${spec.name} has ${surplus.join(', ')}, which cluster.yaml no longer asks for`,
    {
      blame: 'user',
      fix: 'Raise the counts again; removing members is not done by `up`.',
    },
  );
}

const updatingKey = 'updating';

/** New definitions are noted as such until members have taken them, so that an interrupted run is finished by the next one. */
async function runMembers(
  cluster: OpenCluster,
  wanted: readonly MemberSpec[],
  plan: readonly UpStep[],
  log: ChangeLog,
): Promise<void> {
  const { store } = cluster.runtime;
  const unfinished = await store.read(updatingKey);
  await store.write(updatingKey, 'definitions were written that members may not have taken yet');
  const updated = await createMembers(cluster, wanted, plan, log);
  await startAll(cluster, wanted, plan, unfinished === undefined ? updated : wanted.map(({ name }) => name), log);
  await store.remove(updatingKey);
}

/** Answers the members that exist and run already, but were given a new definition. */
async function createMembers(
  cluster: OpenCluster,
  wanted: readonly MemberSpec[],
  plan: readonly UpStep[],
  { change }: ChangeLog,
): Promise<readonly string[]> {
  const { spec, site, record, runtime } = cluster;
  const updated: string[] = [];
  for (const member of wanted) {
    const definition = renderMember({ spec, site, secrets: record.secrets, engine: record.engine }, member);
    const { changed } = await runtime.create(definition);
    if (!changed) continue;
    const isNew = plan.some((step) => step.action === 'create' && step.member === member.name);
    change(`${isNew ? 'created' : 'updated'} ${member.name}`);
    if (!isNew) updated.push(member.name);
  }
  return updated;
}

async function startAll(
  cluster: OpenCluster,
  wanted: readonly MemberSpec[],
  plan: readonly UpStep[],
  updated: readonly string[],
  { change }: ChangeLog,
): Promise<void> {
  const { runtime } = cluster;
  const act = async (member: MemberSpec) => {
    const steps = plan.filter((step) => step.member === member.name);
    if (steps.some(({ action }) => action === 'resume')) {
      await runtime.resume(member.name);
      change(`resumed ${member.name}`);
    } else if (steps.some(({ action }) => action === 'start')) {
      await startMember(cluster, member);
      change(`started ${member.name}`);
    } else if (updated.includes(member.name)) {
      await takeNewDefinition(cluster, member);
    }
  };
  const etcd = wanted.filter(({ kind }) => kind === 'etcd');
  await Promise.all(etcd.map(act));
  await waitForEtcd(cluster);
  await Promise.all(wanted.filter(({ kind }) => kind !== 'etcd').map(act));
}

async function takeNewDefinition(cluster: OpenCluster, member: MemberSpec): Promise<void> {
  if (member.kind === 'coordinator' || member.kind === 'worker') {
    await patroniOf(cluster, member.name).reload();
    return;
  }
  await restartProcess(cluster, member);
}

async function waitForEtcd(cluster: OpenCluster): Promise<void> {
  const etcd = etcdOf(cluster);
  await waitFor({
    what: 'etcd to be healthy',
    member: etcdMembers(cluster.spec)[0]?.name ?? 'etcd',
    probe: async () => (await etcd.health()).some(({ healthy }) => healthy),
    timeoutMs: 30_000,
    intervalMs: 50,
    fix: 'See its log: `citus-ha logs etcd`.',
    signal: cluster.signal,
  });
}

async function bringIntoService(cluster: OpenCluster, { change, changes }: ChangeLog): Promise<void> {
  const { spec, signal, onStep } = cluster;
  onStep?.('waiting for the servers to elect their leaders');
  const groups = [coordinators(spec), ...workers(spec).map((worker) => [worker])];
  await Promise.all(
    groups.map((group) =>
      waitForLeader({ clients: group.map(({ name }) => patroniOf(cluster, name)), timeoutMs: 120_000, signal }),
    ),
  );
  for (const group of groups) {
    if (await applyDynamicConfiguration(cluster, group))
      change(`configured ${group.map(({ name }) => name).join(', ')}`);
  }
  changes.push(...(await bootstrapNodes(cluster)));
  onStep?.('waiting for every member to stream and for the write endpoint');
  await Promise.all([waitForStandbys(cluster), waitForWrites(cluster)]);
}

/** Until every coordinator replicates, and the promise of an acknowledged write holds. */
async function waitForStandbys(cluster: OpenCluster): Promise<void> {
  const { spec, signal } = cluster;
  const names = coordinators(spec).map(({ name }) => name);
  const [client] = coordinatorClients(cluster);
  if (!client) return;
  let seen = 'nothing';
  await waitFor({
    what: 'every coordinator to run',
    probe: async () => {
      const { members } = await client.cluster();
      seen = members.map(({ name, role, state }) => `${name} ${role} ${state}`).join(', ');
      const fit = members.filter(({ state }) => state === 'running' || state === 'streaming').map(({ name }) => name);
      const replicated = names.length === 1 || spec.durability === 'async' || members.some(isSynchronous);
      return replicated && names.every((name) => fit.includes(name));
    },
    lastSeen: () => seen,
    timeoutMs: 120_000,
    signal,
    fix: 'See the log of the one that is missing: `citus-ha logs MEMBER`.',
  });
}

async function waitForWrites(cluster: OpenCluster): Promise<void> {
  const endpoint = endpointOf(cluster, 'write');
  await waitFor({
    what: `the write endpoint ${endpoint.host}:${endpoint.port} to reach the leader`,
    probe: () =>
      withConnection(endpoint, async (client) => {
        const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
        return rows[0]?.standby === false;
      }),
    timeoutMs: 60_000,
    signal: cluster.signal,
    fix: 'See `citus-ha doctor`, and the log of the proxy: `citus-ha logs haproxy`.',
  });
}
