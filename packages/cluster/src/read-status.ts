import { engineVersion, readNodes, readShardCopies, withConnection, type ShardCopy } from '@citus-ha/citus';
import { coordinators, membersOf, type MemberSpec } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { EtcdHealth } from '@citus-ha/patroni';
import type { Member } from '@citus-ha/runtime';
import { findStuck } from './catch-up.js';
import { findProblems } from './find-problems.js';
import { heldShards } from './held-shards.js';
import { withLostData } from './lost-data.js';
import { readConcerns, readEndpoint } from './read-concerns.js';
import { seeRedundancy } from './redundancy.js';
import { findUnknown } from './find-unknown.js';
import { inTime, questionMs } from './in-time.js';
import { endpointHost, etcdOf, serverOf, statsUrl, type OpenCluster } from './open-cluster.js';
import { problemsOfSettings, readSettings } from './read-settings.js';
import { readPatroni, type SeenByPatroni } from './read-patroni.js';
import { patroniKeys, strandedAmong } from './stranded-members.js';
import type { ClusterStatus, MemberStatus, NodeStatus } from './status.js';
import { readWaits } from './turns.js';

/** What was seen of a cluster's SQL side; all empty where nothing was. */
interface SqlView {
  /** Why nothing was seen though there is a leader. */
  readonly failure?: { readonly leader: string; readonly reason: string };
  readonly version: string | null;
  readonly nodes: readonly NodeStatus[];
  readonly copies?: readonly ShardCopy[];
}

/**
 * The state of the whole cluster, asked of every member at the same time, and answered within 2 s: who does not answer by then
 * is named, and nothing else said of it. Never throws for a member that does not answer.
 */
export async function readStatus(cluster: OpenCluster): Promise<ClusterStatus> {
  const { spec, site, record, runtime } = cluster;
  const asked = coordinators(spec).filter(({ name }) => site.members[name]);
  const listed = runtime.members();
  const [processes, patroni, etcd, keys, waits, answers, held, concerns, endpoint, inForce] = await Promise.all([
    listed,
    readPatroni(cluster),
    readEtcd(cluster),
    inTime(patroniKeys(cluster)).catch(() => undefined),
    inTime(readWaits(cluster)).catch(() => []),
    Promise.all(asked.map(({ name }) => readSql(cluster, name))),
    heldShards(cluster, questionMs),
    readConcerns(cluster),
    readEndpoint(cluster),
    readSettings(cluster, listed),
  ]);
  const leads = asked.findIndex(({ name }) => patroni.members.get(name)?.role === 'leader');
  const sql = answers[leads] ?? nothingSeen;
  const waiting = leads >= 0 ? [] : waits;
  const members = membersOf(spec).map((member) => ({
    ...memberStatus(site.members[member.name]?.address ?? '', member, processes, patroni.members.get(member.name)),
    ...(waiting.some((wait) => wait.member === member.name) && { state: 'waiting' }),
  }));
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
    redundancy: seeRedundancy(spec, sql.copies, held),
    isolation: runtime.capabilities.has('isolation') ? (runtime.kind === 'docker' ? 'container' : 'pid') : 'none',
    sentinel: { running: false, pid: null },
  } as const;
  const addresses = Object.fromEntries(members.map(({ name }) => [name, site.members[name]?.address]));
  const running = processes.filter(({ state }) => state === 'running').map(({ name }) => name);
  const silent = running.filter((name) => !waiting.some(({ member }) => member === name));
  const stranded = keys ? strandedAmong(cluster, silent, keys) : [];
  const settings = problemsOfSettings(cluster, members, inForce);
  const besides = {
    etcd,
    sqlFailure: sql.failure,
    unanswered: patroni.unanswered,
    addresses,
    stranded,
    waits: waiting,
    settings,
  };
  const found = findProblems(spec, status, { ...besides, stuck: await readStuck(cluster, status.members) });
  const blamed = leads < 0 || sql.failure || found.some(({ member }) => member === endpoint[0]?.member) ? [] : endpoint;
  const problems = await withLostData(cluster, status.members, [...found, ...blamed, ...concerns]);
  return {
    ...status,
    healthy: problems.length === 0,
    problems,
    unknown: findUnknown(spec, { ...status, problems }, inForce),
    differs: cluster.differs ?? [],
  };
}

const nothingSeen: SqlView = { version: null, nodes: [] };

/** Nothing where cluster.yaml names a member of etcd that there is not. */
async function readEtcd(cluster: OpenCluster): Promise<readonly EtcdHealth[]> {
  try {
    return await etcdOf(cluster).health({ timeoutMs: questionMs });
  } catch {
    return [];
  }
}

/** Asked of every coordinator, since who leads is asked at the same time. */
async function readSql(cluster: OpenCluster, name: string): Promise<SqlView> {
  const answer = withConnection(
    serverOf(cluster, name),
    async (client) => {
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      if (rows[0]?.standby !== false) throw new CodedError('SERVER_NOT_READY', 'it is in recovery still');
      return {
        version: (await engineVersion(client))?.version ?? null,
        nodes: (await readNodes(client)).map(({ nodeId, groupId, host, port, role, active }) => ({
          nodeId,
          groupId,
          host,
          port,
          role,
          active,
        })),
        copies: await readShardCopies(client),
      };
    },
    { timeoutMs: questionMs, statementTimeoutMs: questionMs },
  );
  return inTime(answer).catch((error: unknown) => ({
    ...nothingSeen,
    failure: { leader: name, reason: messageOf(error) },
  }));
}

/** Why standbys do not get on, by name; looked for only where one does not stream. */
async function readStuck(
  { runtime }: OpenCluster,
  members: readonly MemberStatus[],
): Promise<ReadonlyMap<string, string>> {
  const standbys = members.filter(({ kind, role }) => kind === 'coordinator' && role !== null && role !== 'leader');
  const found = standbys
    .filter(({ state }) => ['running', 'in archive recovery', 'stopped'].includes(state))
    .map(async ({ name }) => [name, await findStuck(runtime, name)] as const);
  return new Map((await Promise.all(found)).flatMap(([name, why]) => (why === undefined ? [] : [[name, why]])));
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
