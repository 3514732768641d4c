import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterStatus, MemberStatus } from '@citus-ha/cluster';
import { waitFor } from '@citus-ha/core';
import { Client, type QueryResult, type QueryResultRow } from 'pg';
import { cli, startCli, type CliPlace, type CliRun } from './cli.js';
import { runtimeYaml } from './runtime.js';

/** A cluster of its own for one test file, in a folder of its own, driven through the command line. */
export interface TestCluster extends CliPlace {
  readonly name: string;
  readonly ports: { readonly write: number; readonly read: number; readonly stats: number };
  /** Runs a command that must succeed, and answers its standard output. */
  run(...args: readonly string[]): Promise<string>;
  /** Runs a command whatever comes of it. */
  try(...args: readonly string[]): Promise<CliRun>;
  start(...args: readonly string[]): ReturnType<typeof startCli>;
  status(): Promise<ClusterStatus>;
  leader(): Promise<MemberStatus>;
  /** Waits until `status` says so. */
  untilHealthy(timeoutMs?: number): Promise<ClusterStatus>;
  untilLeaderIsNot(name: string, timeoutMs?: number): Promise<MemberStatus>;
  /** Waits until the write endpoint reaches a leader: the proxy looks by itself who that is. */
  untilWritable(): Promise<void>;
  sql<R extends QueryResultRow>(text: string, endpoint?: string): Promise<QueryResult<R>>;
  uri(...args: readonly string[]): Promise<string>;
  destroy(): Promise<void>;
}

/**
 * @param yaml What the cluster's file says besides name and ports.
 * @param within As {@link CliPlace} has it.
 */
export async function createTestCluster(name: string, yaml = '', within: readonly string[] = []): Promise<TestCluster> {
  const cwd = await mkdtemp(join(tmpdir(), 'citus-ha-e2e-'));
  await chmod(cwd, 0o711);
  const [write, read, stats] = await freePorts(3);
  const ports = { write: write ?? 0, read: read ?? 0, stats: stats ?? 0 };
  // What is tested is the cluster's own ways, unless a test says otherwise.
  const sentinel = yaml.includes('sentinel:') ? '' : 'sentinel: { enabled: false }\n';
  await writeFile(
    join(cwd, 'cluster.yaml'),
    `name: ${name}\nproxy: { ports: { write: ${ports.write}, read: ${ports.read}, stats: ${ports.stats} } }\n${yaml}\n${runtimeYaml}\n${sentinel}`,
  );
  const place = { cwd, env: { XDG_STATE_HOME: join(cwd, 'state'), NO_COLOR: '1' }, within };
  const run = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await cli(place, ...args);
    if (exitCode !== 0) throw new Error(`citus-ha ${args.join(' ')} exited with ${exitCode}:\n${stderr}\n${stdout}`);
    return stdout;
  };
  const status = async () => {
    const { stdout, stderr } = await cli(place, 'status', '--json', '--timeout', '10000');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as ClusterStatus;
  };
  const uri = async (...args: readonly string[]) => (await run('uri', ...args)).trim();
  const sql = async <R extends QueryResultRow>(text: string, endpoint?: string): Promise<QueryResult<R>> => {
    const client = new Client({ connectionString: endpoint ?? (await uri()), connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  return {
    ...place,
    name,
    ports,
    run,
    try: (...args) => cli(place, ...args),
    start: (...args) => startCli(place, ...args),
    status,
    leader: async () => leaderOf(await status()),
    untilHealthy: (timeoutMs = 240_000) => {
      let problems = 'nothing';
      return waitFor({
        what: `${name} to be healthy`,
        probe: async () => {
          const seen = await status();
          problems = seen.problems.map(({ message }) => message).join('; ');
          return seen.healthy && seen;
        },
        lastSeen: () => problems,
        timeoutMs,
        intervalMs: 500,
      });
    },
    untilLeaderIsNot: (former, timeoutMs = 180_000) =>
      waitFor({
        what: `another leader than ${former}`,
        probe: async () =>
          (await status()).members.find(
            ({ name: member, role }) => role === 'leader' && member.startsWith('coord') && member !== former,
          ),
        timeoutMs,
        intervalMs: 500,
      }),
    untilWritable: async () => {
      const endpoint = await uri();
      await waitFor({
        what: `${endpoint.replace(/.*@/, '')} to reach a leader`,
        probe: async () => (await sql('SELECT WHERE NOT pg_is_in_recovery()', endpoint)).rowCount === 1,
        timeoutMs: 180_000,
      });
    },
    sql,
    uri,
    destroy: async () => {
      await run('down', '--volumes', '--yes');
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

export function leaderOf({ members }: ClusterStatus): MemberStatus {
  const leader = members.find(({ kind, role }) => kind === 'coordinator' && role === 'leader');
  if (!leader) throw new Error(`no coordinator leads: ${JSON.stringify(members)}`);
  return leader;
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
