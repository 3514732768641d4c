import { coordinators, databaseMembers, type MemberSpec } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import { readLeader } from '@citus-ha/dcs';
import { patroniScope } from '@citus-ha/emitters';
import { leaderOf, type PatroniClient, type PatroniCluster } from '@citus-ha/patroni';
import { clusterHandle, type ClusterHandle } from './cluster-handle.js';
import type { ClusterContext } from './context.js';
import { asApplied, differencesOf } from './record/as-applied.js';
import type { Placed } from './ports.js';
import { findRecord } from './record/rebuild-record.js';

/** A cluster by the spec that was applied to it last. @throws CodedError `CLUSTER_ABSENT` where `up` never ran. */
export async function openCluster(context: ClusterContext): Promise<ClusterHandle> {
  const site = await requireSite(context);
  const record = await findRecord(context, site);
  if (!record) throw clusterAbsent(context);
  const spec = asApplied(context.spec, record);
  return clusterHandle({ ...context, spec }, { site, record, differs: differencesOf(context.spec, record) });
}

/**
 * Where members are: enough for what needs no password of theirs.
 *
 * @throws CodedError `CLUSTER_ABSENT`.
 */
export async function requireSite(context: ClusterContext): Promise<Site> {
  const { runtime, spec } = context;
  const site = await runtime.site();
  if (site) return site;
  // Where only the site is lost, it is settled again: the members are still there.
  if ((await runtime.members()).length > 0) return runtime.prepare({ spec, install: false });
  throw clusterAbsent(context);
}

function clusterAbsent({ spec, runtime }: ClusterContext): CodedError {
  return new CodedError('CLUSTER_ABSENT', `There is no cluster ${spec.name} on the ${runtime.kind} runtime`, {
    fix: 'Run `citus-ha up`.',
  });
}

/** Where Patroni keeps the keys of a member's cluster in etcd. */
export function dcsPathOf({ spec, record }: Pick<Placed, 'spec' | 'record'>, member: MemberSpec): string {
  return patroniScope(spec, record.engine, member).path;
}

/** Patroni of each of these that has an address yet. */
export function clientsTo(cluster: ClusterHandle, members: readonly MemberSpec[]): readonly PatroniClient[] {
  return members.flatMap(({ name }) => (cluster.site.members[name] ? [cluster.patroni(name)] : []));
}

export function coordinatorClients(cluster: ClusterHandle): readonly PatroniClient[] {
  return clientsTo(cluster, coordinators(cluster.spec));
}

/** What the first coordinator that answers says. */
export async function askCoordinators<T>(
  cluster: ClusterHandle,
  ask: (client: PatroniClient) => Promise<T>,
): Promise<T> {
  return Promise.any(coordinatorClients(cluster).map(ask)).catch((cause: unknown) => {
    throw new CodedError('PATRONI_SILENT', `No coordinator answers: ${messageOf(cause)}`, {
      cause,
      member: coordinators(cluster.spec)[0]?.name,
      fix: 'Start what does not run, see `citus-ha status`; without etcd Patroni does not answer for the cluster.',
    });
  });
}

/** The coordinators' cluster as the first of them that answers sees it. */
export function coordinatorCluster(cluster: ClusterHandle): Promise<PatroniCluster> {
  return askCoordinators(cluster, (client) => client.cluster());
}

/** Of the coordinator that leads, as far as one of them says. */
export function leaderName(cluster: ClusterHandle): Promise<string | undefined> {
  return coordinatorCluster(cluster).then(
    (seen) => leaderOf(seen)?.name,
    () => undefined,
  );
}

/** Of the coordinator that holds the lock: quicker than asking them, one of whom may be gone. @throws CodedError as etcd does. */
export async function leaderByEtcd(cluster: ClusterHandle): Promise<string | undefined> {
  const [first] = coordinators(cluster.spec);
  return first && (await readLeader(cluster.dcs, dcsPathOf(cluster, first)))?.name;
}

/** Whether a member is a PostgreSQL with its Patroni. */
export function isDatabase({ spec }: Pick<Placed, 'spec'>, { name }: Pick<MemberSpec, 'name'>): boolean {
  return databaseMembers(spec).some((member) => member.name === name);
}
