import { engineVersion, readNodes, readRedundancy, withConnection } from '@citus-ha/citus';
import { coordinators, databaseMembers, membersOf, workers, type MemberSpec } from '@citus-ha/config';
import { messageOf } from '@citus-ha/core';
import type { EtcdHealth, PatroniMember } from '@citus-ha/patroni';
import type { Member } from '@citus-ha/runtime';
import { findProblems } from './find-problems.js';
import {
  coordinatorCluster,
  endpointHost,
  etcdOf,
  patroniOf,
  serverOf,
  statsUrl,
  type OpenCluster,
} from './open-cluster.js';
import type { ClusterStatus, MemberStatus, NodeStatus } from './status.js';

/** What was seen of a cluster's SQL side; all empty where nothing was. */
interface SqlView {
  /** Why nothing was seen though there is a leader. */
  readonly failure?: { readonly leader: string; readonly reason: string };
  readonly version: string | null;
  readonly nodes: readonly NodeStatus[];
  readonly underReplicatedShards: number | null;
}

/** The state of the whole cluster, asked of every member at the same time. Never throws for a member that does not answer. */
export async function readStatus(cluster: OpenCluster): Promise<ClusterStatus> {
  const { spec, site, record, runtime } = cluster;
  const [processes, patroni, etcd] = await Promise.all([runtime.members(), readPatroni(cluster), readEtcd(cluster)]);
  const leader = coordinators(spec).find(({ name }) => patroni.members.get(name)?.role === 'leader');
  const sql = leader ? await readSql(cluster, leader.name, lostHosts(cluster, processes)) : nothingSeen;
  const members = membersOf(spec).map((member) =>
    memberStatus(site.members[member.name]?.address ?? '', member, processes, patroni.members.get(member.name)),
  );
  const { bind, ports } = spec.proxy;
  const host = endpointHost(bind);
  const status = {
    version: 1,
    cluster: spec.name,
    runtime: runtime.kind,
    paused: patroni.paused,
    engine: { kind: record.engine, version: sql.version },
    endpoints: {
      write: { host, port: ports.write },
      read: { host, port: ports.read },
      stats: statsUrl(spec),
      database: spec.postgres.database,
      user: spec.credentials.superuser,
    },
    members,
    nodes: sql.nodes,
    redundancy: { target: spec.shards.replicationFactor, underReplicatedShards: sql.underReplicatedShards },
    isolation: runtime.capabilities.has('isolation') ? (runtime.kind === 'docker' ? 'container' : 'pid') : 'none',
    sentinel: { running: false, pid: null },
  } as const;
  const addresses = Object.fromEntries(members.map(({ name }) => [name, site.members[name]?.address]));
  const problems = findProblems(spec, status, { etcd, sqlFailure: sql.failure, addresses });
  return { ...status, healthy: problems.length === 0, problems };
}

const nothingSeen: SqlView = { version: null, nodes: [], underReplicatedShards: null };

/** What Patroni says of every database member: of its cluster in etcd, or where that is away, of itself. */
async function readPatroni(cluster: OpenCluster): Promise<PatroniView> {
  const placed = workers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const asked = [coordinatorCluster(cluster), ...placed.map(({ name }) => patroniOf(cluster, name).cluster())];
  const answers = await Promise.allSettled(asked);
  const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const members = views.flatMap((view) => view.members);
  const silent = databaseMembers(cluster.spec).filter(
    ({ name }) => cluster.site.members[name] && !members.some((member) => member.name === name),
  );
  const selves = await Promise.all(silent.map(({ name }) => readSelf(cluster, name)));
  const seen = [...members, ...selves.flatMap((self) => self ?? [])];
  return {
    members: new Map(seen.map((member) => [member.name, member])),
    paused: views.some((view) => view.paused),
  };
}

interface PatroniView {
  readonly members: ReadonlyMap<string, SeenByPatroni>;
  readonly paused: boolean;
}

type SeenByPatroni = Pick<PatroniMember, 'name' | 'role' | 'state' | 'timeline' | 'lagBytes' | 'pendingRestart'>;

async function readSelf(cluster: OpenCluster, name: string): Promise<SeenByPatroni | undefined> {
  return patroniOf(cluster, name)
    .status()
    .then(
      ({ role, state, timeline, synchronous, replicationState, pendingRestart }) => ({
        name,
        role: role === 'primary' ? 'leader' : synchronous ? 'sync_standby' : role,
        state: replicationState ?? state,
        timeline,
        lagBytes: null,
        pendingRestart,
      }),
      () => undefined,
    );
}

/** Nothing where cluster.yaml names a member of etcd that there is not. */
async function readEtcd(cluster: OpenCluster): Promise<readonly EtcdHealth[]> {
  try {
    return await etcdOf(cluster).health();
  } catch {
    return [];
  }
}

/** By which Citus may know the workers that do not run: it goes on to count their placements. */
function lostHosts({ spec, site }: OpenCluster, processes: readonly Member[]): readonly string[] {
  const mayRun = (name: string) =>
    processes.some((member) => member.name === name && (member.state === 'running' || member.state === 'unknown'));
  return workers(spec).flatMap(({ name }) => (mayRun(name) ? [] : [name, site.members[name]?.address ?? name]));
}

async function readSql(cluster: OpenCluster, leader: string, lost: readonly string[]): Promise<SqlView> {
  const { replicationFactor } = cluster.spec.shards;
  return withConnection(serverOf(cluster, leader), async (client) => ({
    version: (await engineVersion(client))?.version ?? null,
    nodes: (await readNodes(client)).map(({ nodeId, groupId, host, port, role, active }) => ({
      nodeId,
      groupId,
      host,
      port,
      role,
      active,
    })),
    underReplicatedShards: (await readRedundancy(client, replicationFactor, lost)).underReplicatedShards,
  })).catch((error: unknown) => ({ ...nothingSeen, failure: { leader, reason: messageOf(error) } }));
}

function memberStatus(
  address: string,
  { name, kind, group }: MemberSpec,
  processes: readonly Member[],
  patroni: SeenByPatroni | undefined,
): MemberStatus {
  const process = processes.find((member) => member.name === name);
  const runs = process?.state === 'running';
  const incarnation = runs || process?.state === 'paused' ? process?.incarnation : undefined;
  return {
    name,
    kind,
    group: group ?? null,
    role: runs || process?.state === 'unknown' ? (patroni?.role ?? null) : null,
    state: runs ? (patroni?.state ?? process.state) : (process?.state ?? 'missing'),
    timeline: patroni?.timeline ?? null,
    lagBytes: patroni?.lagBytes ?? null,
    // Where it is, which may not be where the others look for it.
    host: process?.address ?? address,
    ports: process?.ports ?? {},
    pendingRestart: patroni?.pendingRestart ?? false,
    ...(incarnation?.pid !== undefined && { process: { pid: incarnation.pid } }),
    ...(incarnation?.container && { container: incarnation.container }),
  };
}
