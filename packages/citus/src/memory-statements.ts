import type { EngineKind } from './engine.js';
import type { CitusNode } from './nodes.js';

/** What the servers of one group have. */
export interface ServerData {
  readonly databases: Set<string>;
  /** As `database/extension`. */
  readonly extensions: Set<string>;
  /** Roles besides those that a server is made with. */
  readonly logins: Set<string>;
}

/** A shard in memory: of a table of its own. */
export interface MemoryShard {
  readonly shardId: string;
  readonly table: string;
  /** Groups of the nodes that have a placement. */
  readonly groups: Set<number>;
}

export interface MemoryServer {
  readonly role: 'primary' | 'standby';
  readonly group: number;
  readonly engine: EngineKind;
  readonly database: string;
  readonly data: ServerData;
  readonly nodes: CitusNode[];
  /** Of tables with two copies. */
  readonly shards: readonly MemoryShard[];
  /** Whether the server of a node takes connections. */
  readonly answers: (host: string) => boolean;
}

type Row = Readonly<Record<string, unknown>>;
type Answer = (server: MemoryServer, values: readonly unknown[]) => readonly Row[];

export function newData(): ServerData {
  return { databases: new Set(['postgres']), extensions: new Set(), logins: new Set() };
}

/** @throws Error for a statement that no code of citus-ha sends; with the SQLSTATE of PostgreSQL where that would refuse it. */
export function answerInMemory(server: MemoryServer, text: string, values: readonly unknown[]): readonly Row[] {
  const [, create] = /^CREATE (DATABASE|EXTENSION)/.exec(text) ?? [];
  if (create !== undefined && server.role === 'standby')
    throw withCode('25006', 'cannot execute in a read-only transaction');
  const [, database] = /^CREATE DATABASE "(.*)"$/.exec(text) ?? [];
  if (database !== undefined) return nothing(server.data.databases.add(database));
  const [, extension] = /^CREATE EXTENSION IF NOT EXISTS (\w+)$/.exec(text) ?? [];
  if (extension !== undefined) return nothing(server.data.extensions.add(`${server.database}/${extension}`));
  const [, role] = /CREATE ROLE (\w+)/.exec(text) ?? [];
  if (role !== undefined) return nothing(server.data.logins.add(role));
  const [, wanted] = /rolname = '(\w+)'[^;]*\) AS present$/.exec(text) ?? [];
  if (wanted !== undefined) return [{ present: server.data.logins.has(wanted) }];
  const known = answers.find(([part]) => text.includes(part));
  if (known === undefined) throw new Error(`No server in memory answers: ${text}`);
  return known[1](server, values);
}

/** By a part of the statement; the first one decides. */
const answers: readonly (readonly [string, Answer])[] = [
  ['NOT pg_is_in_recovery() AS writes', ({ role }) => [{ writes: role === 'primary' }]],
  ['pg_is_in_recovery() AS standby', ({ role }) => [{ standby: role === 'standby' }]],
  ['pg_terminate_backend', () => []],
  ['pg_backend_pid', () => [{ pid: 1 }]],
  ['clock_timestamp()', () => [{ at: '' }]],
  ['citus_version()', (server) => [{ text: versionOf(server) }]],
  ['FROM pg_extension', (server, [name]) => (hasExtension(server, String(name)) ? [{}] : [])],
  ['NOT metadatasynced', () => []],
  ['shouldhaveshards AS', ({ nodes }) => nodes.map((node) => ({ ...node }))],
  ['citus_get_active_worker_nodes', ({ nodes }) => nodes.filter(({ active, groupId }) => active && groupId > 0)],
  ['citus_set_coordinator_host', ({ nodes }, values) => nothing(register(nodes, 0, values))],
  ['citus_add_node', ({ nodes }, values) => nothing(register(nodes, undefined, values))],
  [
    'citus_update_node',
    ({ nodes }, [id, ...address]) => change(nodes, ({ nodeId }) => nodeId === id, addressOf(address)),
  ],
  ['citus_activate_node', activate],
  ['citus_disable_node', disable],
  ['replicate_table_shards', replicate],
  ['pg_prepared_xacts', () => []],
  ['AS known', () => [{ known: false }]],
  ['AS lacking', () => [{ lacking: false }]],
  ['AS shards', (server, [table]) => [{ shards: lackingOf(server, String(table)).length }]],
  ['repmodel', copiesOf],
  ['FROM pg_class', heldShards],
  ["ctid = '(0,0)'", proveWrites],
  [
    'citus_check_connection_to_node',
    ({ answers: isThere }, [hosts]) => (hosts as string[]).map((host) => ({ reached: isThere(host) })),
  ],
  ['citus_check_cluster_node_health', ({ nodes }) => linksAmong(nodes)],
  ['FROM pg_settings', () => []],
  ['pg_dist_placement', () => []],
  ['SET ', () => []],
  ['RESET ', () => []],
  ['BEGIN', () => []],
  ['COMMIT', () => []],
];

function versionOf(server: MemoryServer): string {
  if (!hasExtension(server, 'citus')) throw withCode('42883', 'function citus_version() does not exist');
  return server.engine === 'citus' ? 'Citus 13.2.2 in memory' : 'Citus stand-in 13.2 (citus-ha) in memory';
}

function hasExtension({ data, database }: MemoryServer, name: string): boolean {
  return data.extensions.has(`${database}/${name}`);
}

function register(nodes: CitusNode[], groupId: number | undefined, values: readonly unknown[]): void {
  const address = addressOf(values);
  if (change(nodes, (node) => node.groupId === groupId, address).length > 0) return;
  if (nodes.some(({ host }) => host === address.host)) return;
  const ids = nodes.map(({ nodeId }) => nodeId);
  const groups = nodes.map((node) => node.groupId);
  nodes.push({
    nodeId: Math.max(0, ...ids) + 1,
    groupId: groupId ?? Math.max(0, ...groups) + 1,
    ...address,
    role: 'primary',
    active: true,
    shouldHaveShards: groupId !== 0,
  });
}

function change(nodes: CitusNode[], isMeant: (node: CitusNode) => boolean, by: Partial<CitusNode>): readonly Row[] {
  const index = nodes.findIndex(isMeant);
  const node = nodes[index];
  if (node === undefined) return [];
  nodes[index] = { ...node, ...by };
  return [{}];
}

function activate({ nodes, shards }: MemoryServer, [host]: readonly unknown[]): readonly Row[] {
  const node = nodes.find((one) => one.host === host);
  if (node && !node.active) for (const { groups } of shards) groups.delete(node.groupId);
  return change(nodes, (one) => one.host === host, { active: true });
}

function disable({ nodes, shards, answers: isThere }: MemoryServer, [host]: readonly unknown[]): readonly Row[] {
  const active = nodes.filter((node) => node.active && node.groupId > 0 && node.host !== host);
  const silent = active.find((node) => !isThere(node.host));
  if (silent) throw new Error(`connection to the remote node ${silent.host} failed`);
  const lost = shards.find(({ groups }) => !active.some(({ groupId }) => groups.has(groupId)));
  if (lost) throw new Error(`cannot disable the node: it has the only placement of shard ${lost.shardId}`);
  return change(nodes, (node) => node.host === host, { active: false });
}

function replicate(server: MemoryServer, [table]: readonly unknown[]): readonly Row[] {
  const [shard] = lackingOf(server, String(table));
  const to = server.nodes.find((node) => node.active && node.groupId > 0 && !shard?.groups.has(node.groupId));
  if (shard && to) shard.groups.add(to.groupId);
  return [{}];
}

function lackingOf({ shards }: MemoryServer, table: string): readonly MemoryShard[] {
  return shards.filter((shard) => shard.table === table && shard.groups.size < 2);
}

function copiesOf({ nodes, shards }: MemoryServer): readonly Row[] {
  return shards.flatMap(({ shardId, table, groups }) =>
    nodes
      .filter(({ groupId }) => groups.has(groupId))
      .map(({ groupId, host, active }) => ({ shardId, table, model: 'replicated', groupId, host, active })),
  );
}

function heldShards({ shards, group }: MemoryServer): readonly Row[] {
  return shards.filter(({ groups }) => groups.has(group)).map(({ shardId }) => ({ shardId }));
}

function proveWrites({ nodes, shards, answers: isThere }: MemoryServer): readonly Row[] {
  const asked = nodes.filter(({ active, groupId }) => active && shards.some(({ groups }) => groups.has(groupId)));
  const silent = asked.find(({ host }) => !isThere(host));
  if (silent) throw new Error(`connection to the remote node ${silent.host} failed`);
  return [];
}

function addressOf([host, port]: readonly unknown[]): { readonly host: string; readonly port: number } {
  return { host: String(host), port: Number(port) };
}

function linksAmong(nodes: readonly CitusNode[]): readonly Row[] {
  return nodes.flatMap((from) =>
    nodes.map((to) => ({ ...endOfLink('from', from), ...endOfLink('to', to), result: true })),
  );
}

function endOfLink(end: 'from' | 'to', { host, port }: CitusNode): Row {
  return { [`${end}_nodename`]: host, [`${end}_nodeport`]: port };
}

export function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Of what is done for its effect alone. */
function nothing(..._effects: readonly unknown[]): readonly Row[] {
  return [];
}
