import {
  SharedSessions,
  engineVersion,
  readNodes,
  readShardCopies,
  withConnection,
  type ShardCopy,
} from '@citus-ha/citus';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { Member } from '@citus-ha/runtime';
import { membersHere } from '../members-here.js';
import { findStuck } from '../observe/catch-up.js';
import { findProblems } from './find-problems.js';
import { readShards } from '../observe/held-shards.js';
import { withLostData } from '../observe/lost-data.js';
import { readConcerns, readEndpoint } from './read-concerns.js';
import { readPooled } from './read-pooled.js';
import { seeRedundancy } from './redundancy.js';
import { findUnknown } from './find-unknown.js';
import { inTime, isLate } from '../observe/in-time.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { endpointHost, statsUrl } from '../places.js';
import { problemsOfSettings, readSettings } from '../configuration/read-settings.js';
import { lateAmong } from '../observe/late-members.js';
import type { SqlFailure } from './member-problems.js';
import { readSentinel } from '../observe/read-sentinel.js';
import { readPatroni, type SeenByPatroni } from '../observe/read-patroni.js';
import { patroniKeys, strandedAmong } from '../observe/stranded-members.js';
import type { ClusterStatus, MemberStatus, NodeStatus } from './status.js';
import { readWaits } from '../apply/turns.js';

/** What was seen of a cluster's SQL side; all empty where nothing was. */
interface SqlView {
  /** Why nothing was seen though there is a leader. */
  readonly failure?: SqlFailure;
  readonly version: string | null;
  readonly nodes: readonly NodeStatus[];
  readonly copies?: readonly ShardCopy[];
}

/**
 * The state of the whole cluster, asked of every member at the same time, and answered once all have, or `answerMs` are over: who does not answer by
 * then is named, and nothing else said of it. Never throws for a member that does not answer.
 */
export async function readStatus(cluster: ClusterHandle): Promise<ClusterStatus> {
  const sessions = new SharedSessions();
  try {
    return await look({ ...cluster, sql: (member) => sessions.share(cluster.sql(member)) });
  } finally {
    await sessions.end();
  }
}

async function look(cluster: ClusterHandle): Promise<ClusterStatus> {
  const { spec, site, record, runtime, answerMs: timeoutMs } = cluster;
  const asked = coordinators(spec).filter(({ name }) => site.members[name]);
  const listed = runtime.members();
  const [processes, patroni, etcd, keys, sentinel, waits, answers, held, stuck, concerns, proxied, pooled, inForce] =
    await Promise.all([
      listed,
      readPatroni(cluster),
      cluster.dcs.health({ timeoutMs }),
      inTime(patroniKeys(cluster, timeoutMs), timeoutMs).catch(() => undefined),
      inTime(readSentinel(cluster), timeoutMs).catch(() => ({ running: null, pid: null })),
      inTime(readWaits(cluster, { timeoutMs }), timeoutMs).catch(() => []),
      Promise.all(asked.map(({ name }) => readSql(cluster, name))),
      readShards(cluster, listed),
      readStuck(cluster),
      readConcerns(cluster),
      readEndpoint(cluster, 'write'),
      readPooled(cluster),
      readSettings(cluster, listed),
    ]);
  const leads = asked.findIndex(({ name }) => patroni.members.get(name)?.role === 'leader');
  const sql = answers[leads] ?? nothingSeen;
  const waiting = leads >= 0 ? [] : waits;
  const members = membersHere(cluster).map((member) => ({
    ...memberStatus(site.members[member.name]?.address ?? '', member, processes, patroni.members.get(member.name)),
    ...(waiting.some((wait) => wait.member === member.name) && { state: 'waiting' }),
  }));
  const running = processes.filter(({ state }) => state === 'running').map(({ name }) => name);
  const late = lateAmong(running, {
    unanswered: patroni.unanswered,
    listed: [...patroni.members.keys()],
    sql: namesOf(inForce, (rows) => rows !== undefined),
    lateSql: [...(sql.failure?.late ? [sql.failure.leader] : []), ...namesOf(held, (shards) => shards === 'late')],
  });
  const { ports } = spec.proxy;
  const host = endpointHost(cluster);
  const status = {
    version: 1,
    cluster: spec.name,
    runtime: runtime.kind,
    paused: patroni.paused,
    engine: { kind: record.engine, version: sql.version },
    endpoints: {
      write: { host, port: ports.write },
      read: { host, port: ports.read },
      pooled: spec.pooler.count > 0 ? { host, port: spec.pooler.port } : null,
      stats: statsUrl(cluster),
      database: spec.postgres.database,
      user: spec.credentials.superuser,
    },
    late,
    members,
    nodes: sql.nodes,
    redundancy: seeRedundancy(spec, sql.copies, held),
    isolation: runtime.capabilities.has('isolation') ? (runtime.kind === 'docker' ? 'container' : 'pid') : 'none',
    sentinel,
  } as const;
  const addresses = Object.fromEntries(members.map(({ name }) => [name, site.members[name]?.address]));
  const silent = running.filter((name) => !waiting.some(({ member }) => member === name));
  const stranded = keys ? strandedAmong(cluster, silent, keys) : [];
  const settings = problemsOfSettings(cluster, members, inForce);
  const found = findProblems(spec, status, {
    etcd,
    sqlFailure: sql.failure,
    unanswered: patroni.unanswered,
    addresses,
    stranded,
    waits: waiting,
    settings,
    stuck: stuckAmong(members, stuck),
  });
  // What comes by a pooler comes by the proxy too.
  const endpoint = proxied ?? pooled;
  const mayBeBusy = endpoint?.late === true && late.length > 0;
  const isExplained = leads < 0 || sql.failure || found.some(({ member }) => member === endpoint?.problem.member);
  const blamed = endpoint && !isExplained && !mayBeBusy ? [endpoint.problem] : [];
  const problems = withLostData([...found, ...blamed, ...concerns], patroni.lost);
  const unknown = findUnknown(
    spec,
    { ...status, problems },
    {
      settings: inForce,
      leader: sql.failure?.late === true && late.includes(sql.failure.leader),
      patroni: late.some((name) => patroni.unanswered.has(name)),
      endpoint: mayBeBusy || (endpoint !== undefined && sql.failure !== undefined),
      redundancy: sql.copies !== undefined && status.redundancy.underReplicatedShards === null,
    },
  );
  return {
    ...status,
    healthy: problems.length === 0 && unknown.length === 0,
    problems,
    unknown,
    differs: cluster.differs ?? [],
  };
}

function namesOf<T>(answers: ReadonlyMap<string, T>, isWanted: (answer: T) => boolean): readonly string[] {
  return [...answers].filter(([, answer]) => isWanted(answer)).map(([name]) => name);
}

const nothingSeen: SqlView = { version: null, nodes: [] };

/** Asked of every coordinator, since who leads is asked at the same time. */
async function readSql(cluster: ClusterHandle, name: string): Promise<SqlView> {
  const answer = withConnection(
    cluster.sql(name),
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
    { timeoutMs: cluster.answerMs, statementTimeoutMs: cluster.answerMs },
  );
  return inTime(answer, cluster.answerMs).catch((error: unknown) => ({
    ...nothingSeen,
    failure: { leader: name, reason: messageOf(error), late: isLate(error) },
  }));
}

/** Why coordinators do not get on, by name, as their logs say. */
async function readStuck(cluster: ClusterHandle): Promise<ReadonlyMap<string, string>> {
  const asked = coordinators(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const found = await Promise.all(asked.map(async ({ name }) => [name, await findStuck(cluster, name)] as const));
  return new Map(found.flatMap(([name, why]) => (why === undefined ? [] : [[name, why] as const])));
}

/** What was said while a standby streamed before, or before it led, is over. */
function stuckAmong(members: readonly MemberStatus[], stuck: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const standing = members.filter(
    ({ role, state }) =>
      role !== null && role !== 'leader' && ['running', 'in archive recovery', 'stopped'].includes(state),
  );
  return new Map([...stuck].filter(([name]) => standing.some((one) => one.name === name)));
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
