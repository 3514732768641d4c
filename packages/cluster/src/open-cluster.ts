import type { ServerAddress } from '@citus-ha/citus';
import { coordinators, etcdMembers, proxies, type MemberSpec } from '@citus-ha/config';
import type { MemberSite, Site } from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import { patroniScope, restUser, rootLogin } from '@citus-ha/emitters';
import { createPatroniClient, type PatroniClient, type PatroniCluster } from '@citus-ha/patroni';
import { createEtcdClient, type Dcs } from '@citus-ha/dcs';
import { asApplied, differencesOf, type Difference } from './record/as-applied.js';
import type { ClusterRecord } from './record/cluster-record.js';
import type { ClusterContext } from './context.js';
import { findRecord } from './record/rebuild-record.js';
import { wayTo } from './way-to.js';

/** A cluster that exists, with the ways to talk to its members. */
export interface OpenCluster extends ClusterContext {
  readonly site: Site;
  readonly record: ClusterRecord;
  /** By what cluster.yaml differs from the spec at hand, where that is the applied one. */
  readonly differs?: readonly Difference[];
}

/** A cluster by the spec that was applied to it last. @throws CodedError `CLUSTER_ABSENT` where `up` never ran. */
export async function openCluster(context: ClusterContext): Promise<OpenCluster> {
  const site = await requireSite(context);
  const record = await findRecord(context, site);
  if (!record) throw clusterAbsent(context);
  const spec = asApplied(context.spec, record);
  return { ...context, spec, site, record, differs: differencesOf(context.spec, record) };
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

export function siteOf(site: Site, member: string): MemberSite {
  const found = site.members[member];
  if (found) return found;
  throw new CodedError('MEMBER_UNKNOWN', `There is no member ${member}`, {
    blame: 'user',
    member,
    fix: `Name one of ${Object.keys(site.members).join(', ')}.`,
  });
}

/** PostgreSQL of one member, as the superuser. */
export function serverOf(cluster: OpenCluster, member: string): ServerAddress {
  const { spec, site, record } = cluster;
  const way = wayTo(cluster, member, 5432);
  return { host: siteOf(site, member).address, port: 5432, way, member, ...login(spec, record) };
}

/** PostgreSQL through the proxy. */
export function endpointOf(cluster: OpenCluster, port: 'write' | 'read'): ServerAddress {
  const { spec, record } = cluster;
  const [proxy] = proxies(spec);
  return {
    host: endpointHost(cluster),
    port: spec.proxy.ports[port],
    ...(proxy && { member: proxy.name, way: wayTo(cluster, proxy.name, spec.proxy.ports[port]) }),
    ...login(spec, record),
  };
}

export function patroniOf(cluster: OpenCluster, member: string): PatroniClient {
  const { site, record } = cluster;
  return createPatroniClient({
    url: `http://${siteOf(site, member).address}:8008`,
    way: wayTo(cluster, member, 8008),
    user: restUser,
    password: record.secrets.superuser,
    member,
  });
}

/** As etcd's root. */
export function etcdOf(cluster: OpenCluster): Dcs {
  const { spec, site, record } = cluster;
  return createEtcdClient({
    login: rootLogin(record.secrets),
    endpoints: etcdMembers(spec).map(({ name }) => ({
      url: `http://${siteOf(site, name).address}:2379`,
      way: wayTo(cluster, name, 2379),
      member: name,
    })),
  });
}

/** Where Patroni keeps the keys of a member's cluster in etcd. */
export function dcsPathOf({ spec, record }: OpenCluster, member: MemberSpec): string {
  return patroniScope(spec, record.engine, member).path;
}

/** Patroni of each of these that has an address yet. */
export function clientsTo(cluster: OpenCluster, members: readonly MemberSpec[]): readonly PatroniClient[] {
  return members.flatMap(({ name }) => (cluster.site.members[name] ? [patroniOf(cluster, name)] : []));
}

export function coordinatorClients(cluster: OpenCluster): readonly PatroniClient[] {
  return clientsTo(cluster, coordinators(cluster.spec));
}

/** What the first coordinator that answers says. */
export async function askCoordinators<T>(cluster: OpenCluster, ask: (client: PatroniClient) => Promise<T>): Promise<T> {
  return Promise.any(coordinatorClients(cluster).map(ask)).catch((cause: unknown) => {
    throw new CodedError('PATRONI_SILENT', `No coordinator answers: ${messageOf(cause)}`, {
      cause,
      member: coordinators(cluster.spec)[0]?.name,
      fix: 'Start what does not run, see `citus-ha status`; without etcd Patroni does not answer for the cluster.',
    });
  });
}

/** The coordinators' cluster as the first of them that answers sees it. */
export function coordinatorCluster(cluster: OpenCluster): Promise<PatroniCluster> {
  return askCoordinators(cluster, (client) => client.cluster());
}

/** Where clients are served. An address that listens everywhere, or only on its own machine, is reached at that machine. */
export function endpointHost({ spec, runtime }: ClusterContext): string {
  const { bind } = spec.proxy;
  const loopback = { '0.0.0.0': '127.0.0.1', '*': '127.0.0.1', '::': '::1' }[bind] ?? bind;
  return /^127\.|^::1$/.test(loopback) ? (runtime.host ?? loopback) : bind;
}

/** HAProxy's statistics page. */
export function statsUrl(cluster: ClusterContext): string {
  return `http://${urlHost(endpointHost(cluster))}:${cluster.spec.proxy.ports.stats}`;
}

/** An address as URLs have it (RFC 3986, 3.2.2). */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function login(spec: ClusterContext['spec'], record: ClusterRecord) {
  return { user: spec.credentials.superuser, password: record.secrets.superuser, database: spec.postgres.database };
}
