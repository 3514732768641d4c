import { etcdMembers, proxies, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { refuseUnseen, type Member, type Preview } from '@citus-ha/runtime';
import { refuseProxies } from './proxy-fallback.js';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import { refuseParameters } from '../configuration/refuse-parameters.js';
import type { ClusterContext } from '../context.js';
import { dismissedMembers, membersHere } from '../members-here.js';
import { inTime } from '../observe/in-time.js';
import { newEtcd, observeEtcd } from '../observe/observe-etcd.js';
import { newNodes, observeNodes } from '../observe/observe-nodes.js';
import { observeConfigurations, observeUpdates } from '../observe/observe-updates.js';
import { patroniKeys, strandedAmong } from '../observe/stranded-members.js';
import { passwordTrial } from '../observe/try-password.js';
import { planCluster, stepsOf, type ClusterSeen } from '../plan/plan-cluster.js';
import { isLiving } from '../plan/plan-lives.js';
import { withCosts, type PlannedStep } from '../plan/plan-cost.js';
import { refuseChanges } from '../plan/refuse-changes.js';
import { requireSupported } from '../plan/require-supported.js';
import { settleRecord, type ClusterRecord } from '../record/cluster-record.js';
import { peekRecord } from '../record/rebuild-record.js';

export interface Foreseen {
  readonly seen: readonly Member[];
  readonly steps: readonly PlannedStep[];
  /** `false` where members run, and not all that is missing could be seen. */
  readonly complete: boolean;
}

interface Settled {
  readonly cluster: ClusterHandle;
  readonly preview: Preview;
}

/**
 * What `up` would do now; changes nothing.
 *
 * @throws CodedError what `up` refuses before it touches anything.
 */
export async function foreseeUp(context: ClusterContext): Promise<Omit<Foreseen, 'seen'>> {
  const { spec } = context;
  requireSupported(spec);
  const kept = await peekRecord(context);
  let settling: Promise<Settled | undefined> | undefined;
  const settleOnce = () => (settling ??= settle(context, kept));
  const { steps, complete } = await foresee(context, kept, settleOnce);
  const settled = await settleOnce();
  if (settled) {
    await refuseParameters(settled.cluster);
    await refuseProxies(settled.cluster, proxies(spec));
  }
  return { steps, complete };
}

/** @throws CodedError as {@link foreseeUp}. */
export async function foresee(
  context: ClusterContext,
  kept: ClusterRecord | undefined,
  settled = () => settle(context, kept),
): Promise<Foreseen> {
  const { spec, runtime } = context;
  const wanted = membersHere(context);
  const members = await runtime.members();
  for (const member of members) refuseUnseen(member);
  refuseChanges(spec, kept, wanted, members);
  const living = members.filter(isLiving).map(({ name }) => name);
  const goOn = wanted.filter(({ name }) => living.includes(name));
  const parts = await observeParts(context.spec, kept, goOn, settled);
  const seen: ClusterSeen = { wanted, members, dismissed: dismissedMembers(context, members), ...parts };
  const kinds = new Map(wanted.map(({ name, kind }) => [name, kind]));
  const leader = parts.updates?.leader;
  const steps = withCosts(stepsOf(planCluster(seen)), (name) => {
    const kind = kinds.get(name);
    return kind && { kind, leads: leader === undefined ? undefined : leader === name };
  });
  const { updates, etcd, configurations, nodes } = parts;
  const isSeen = [updates, etcd, configurations, nodes].every((part) => part !== undefined);
  return { seen: members, steps, complete: goOn.length === 0 || isSeen };
}

/**
 * The cluster as `up` would settle it, of which programs and images are there already; tells nothing of what it does.
 *
 * @throws CodedError as {@link settleRecord} does.
 */
async function settle(context: ClusterContext, kept: ClusterRecord | undefined): Promise<Settled | undefined> {
  if (kept === undefined) return undefined;
  const preview = await seenOr(context.runtime.preview(context.spec));
  if (preview === undefined) return undefined;
  const { site } = preview;
  const record = await settleRecord(context.spec, site, kept, passwordTrial(context, site, kept));
  const { onEvent: _, ...quiet } = context;
  return { cluster: clusterHandle(quiet, { site, record }), preview };
}

/** What keeps a part from being known will be told where it keeps `up` from being done. */
async function observeParts(
  spec: ClusterSpec,
  kept: ClusterRecord | undefined,
  goOn: readonly MemberSpec[],
  settled: () => Promise<Settled | undefined>,
): Promise<Omit<ClusterSeen, 'wanted'>> {
  if (kept === undefined) return { etcd: newEtcd, nodes: newNodes(spec) };
  const found = goOn.length === 0 ? undefined : await seenOr(settled());
  if (found === undefined) return {};
  const { cluster, preview } = found;
  const [updates, etcd, configurations] = await Promise.all([
    seenOr(observeUpdates(cluster, kept, preview, goOn)),
    etcdMembers(spec).some(({ name }) => goOn.some((one) => one.name === name))
      ? seenOr(lookAtEtcd(cluster, goOn))
      : undefined,
    seenOr(
      observeConfigurations(cluster, goOn, (clients) =>
        seenOr(inTime(Promise.any(clients.map((one) => one.config())), cluster.answerMs)),
      ),
    ),
  ]);
  const nodes = updates?.leader === undefined ? undefined : await seenOr(observeNodes(cluster, updates.leader));
  return {
    ...(updates && { updates }),
    ...(etcd && { etcd }),
    ...(configurations && { configurations }),
    ...(nodes && { nodes }),
  };
}

function lookAtEtcd(cluster: ClusterHandle, goOn: readonly MemberSpec[]) {
  const look = observeEtcd(
    cluster,
    goOn.map(({ name }) => name),
    async (_, databases) => strandedAmong(cluster, databases, await patroniKeys(cluster, cluster.answerMs)),
  );
  return inTime(look, 2 * cluster.answerMs);
}

function seenOr<T>(look: Promise<T>): Promise<T | undefined> {
  return look.catch(() => undefined);
}
