import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { ProgramVersions, Programs } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import { execa } from 'execa';
import { cachedPatroni, minimumPatroniMajor, patroniModules } from './patroni-package.js';

/**
 * How members of one cluster reach each other: by loopback addresses, or each from a network namespace of its own, which needs
 * programs that make it.
 */
export type Network = 'loopback' | 'namespaces';

/** What a cluster asks for besides what all need. */
export interface ProgramsWanted {
  /** Of PostgreSQL; the newest unless told. */
  readonly major: number | undefined;
  readonly network: Network;
  readonly poolers: boolean;
}

/** What members run on, as found on this machine. */
export interface FoundPrograms {
  readonly programs: Programs;
  readonly versions: ProgramVersions;
  readonly citusAvailable: boolean;
}

/** A program that is not there: what it is called, and what to have installed for it. */
export interface MissingProgram {
  readonly what: string;
  readonly packages: readonly string[];
}

export type Findings =
  | { readonly found: FoundPrograms; readonly missing: readonly [] }
  | { readonly found?: undefined; readonly missing: readonly MissingProgram[] };

const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Looks for everything members need. */
export async function findPrograms({ major, network, poolers }: ProgramsWanted): Promise<Findings> {
  const [postgresBinDir, etcd, haproxy, pgbouncer, ip, nft, iptables, patroni, modules] = await Promise.all([
    findPostgres(major),
    findExecutable('etcd'),
    findExecutable('haproxy'),
    poolers ? findExecutable('pgbouncer') : undefined,
    network === 'loopback' || findExecutable('ip'),
    network === 'loopback' || findExecutable('nft'),
    network === 'loopback' || findExecutable('iptables'),
    findPatroni(),
    havePatroniModules(),
  ]);
  const missing: MissingProgram[] = [];
  const need = (present: unknown, what: string, packages: readonly string[]) => {
    if (present === undefined || present === false) missing.push({ what, packages });
  };
  need(postgresBinDir, major === undefined ? 'PostgreSQL' : `PostgreSQL ${major}`, [
    major === undefined ? 'postgresql' : `postgresql-${major}`,
  ]);
  need(etcd, 'etcd', ['etcd-server']);
  need(haproxy, 'HAProxy', ['haproxy']);
  need(!poolers || pgbouncer, 'PgBouncer', ['pgbouncer']);
  need(ip, 'ip', ['iproute2']);
  need(nft, 'nft', ['nftables']);
  need(iptables, 'iptables', ['iptables']);
  need(modules, "Patroni's Python modules", patroniModules.packages);
  need(patroni, `Patroni ${minimumPatroniMajor} or later`, ['patroni']);
  if (missing.length > 0 || !postgresBinDir || !etcd || !haproxy || !patroni) return { missing };
  const [postgresVersion, etcdVersion, haproxyVersion, pgbouncerVersion, citusAvailable] = await Promise.all([
    versionOf([join(postgresBinDir, 'postgres'), '--version']),
    versionOf([etcd, '--version']),
    versionOf([haproxy, '-v']),
    pgbouncer === undefined ? undefined : versionOf([pgbouncer, '--version']),
    hasCitus(postgresBinDir),
  ]);
  const postgres = Number.parseInt(postgresVersion, 10);
  if (postgres !== (major ?? postgres)) throw wrongPostgres(postgresBinDir, `PostgreSQL ${postgresVersion}`, major);
  return {
    missing: [],
    found: {
      programs: {
        patroni: [patroni.path],
        etcd: [etcd],
        haproxy: [haproxy],
        ...(pgbouncer !== undefined && { pgbouncer: [pgbouncer] }),
        postgresBinDir,
      },
      versions: {
        postgres,
        patroni: patroni.version,
        etcd: etcdVersion,
        haproxy: haproxyVersion,
        ...(pgbouncerVersion !== undefined && { pgbouncer: pgbouncerVersion }),
      },
      citusAvailable,
    },
  };
}

/** PATH of a member's processes: its own programs first, then the system's. */
export function memberPath(programs: Programs | undefined): string {
  const own = programs === undefined ? [] : [...programs.patroni.slice(0, 1).map(dirname), programs.postgresBinDir];
  return [...new Set([...own, ...systemPath])].join(delimiter);
}

/** The first number with a dot in what a program says of itself, or the first number. */
export function parseVersion(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? /\d+/.exec(text)?.[0] ?? 'unknown';
}

/** The folder that the user names instead of Debian's. */
export function chosenPostgres(): string | undefined {
  return process.env['CITUS_HA_POSTGRES_BIN'] || undefined;
}

async function findPostgres(major: number | undefined): Promise<string | undefined> {
  const chosen = chosenPostgres();
  if (chosen !== undefined) {
    if (await isExecutable(join(chosen, 'postgres'))) return chosen;
    throw wrongPostgres(chosen, 'no PostgreSQL', major);
  }
  const debian = '/usr/lib/postgresql';
  const majors = (await readdir(debian).catch(() => [])).map(Number).filter(Number.isInteger);
  for (const candidate of majors.toSorted((a, b) => b - a)) {
    const folder = join(debian, `${candidate}`, 'bin');
    if ((major ?? candidate) === candidate && (await isExecutable(join(folder, 'postgres')))) return folder;
  }
  const path = majors.length === 0 && major === undefined ? await findExecutable('postgres') : undefined;
  return path && dirname(await realpath(path));
}

/** The machine's where it is recent enough, else the one unpacked into the tool's cache. */
async function findPatroni(): Promise<{ readonly path: string; readonly version: string } | undefined> {
  const path = await findExecutable('patroni');
  if (path !== undefined) {
    const version = (await packagedVersion(path)) ?? (await versionOf([path, '--version']));
    if (Number.parseInt(version, 10) >= minimumPatroniMajor) return { path, version };
  }
  return cachedPatroni();
}

/** What dpkg says, at a tenth of the time that the program takes. */
async function packagedVersion(path: string): Promise<string | undefined> {
  if (path !== '/usr/bin/patroni') return undefined;
  const asked = await execa('dpkg-query', ['--show', '--showformat', '${Version}', 'patroni'], { reject: false });
  return asked.exitCode === 0 ? parseVersion(asked.stdout) : undefined;
}

async function havePatroniModules(): Promise<boolean> {
  const lookUp =
    'import importlib.util as u, sys; sys.exit(not all(any(map(u.find_spec, name.split("|"))) for name in sys.argv[1:]))';
  const tried = await execa('/usr/bin/python3', ['-c', lookUp, ...patroniModules.imports], {
    reject: false,
    stdio: 'ignore',
  });
  return tried.exitCode === 0;
}

/** Citus installs its control file into the share folder that belongs to the server (CREATE EXTENSION looks there). */
async function hasCitus(postgresBinDir: string): Promise<boolean> {
  const asked = await execa(join(postgresBinDir, 'pg_config'), ['--sharedir'], { reject: false });
  const debian = postgresBinDir.replace('/usr/lib/', '/usr/share/').replace(/\/bin\/?$/, '');
  const shares = [asked.stdout, debian].filter((folder) => folder.startsWith('/'));
  const controls = shares.map((folder) => access(join(folder, 'extension', 'citus.control')));
  return (await Promise.allSettled(controls)).some(({ status }) => status === 'fulfilled');
}

async function findExecutable(name: string): Promise<string | undefined> {
  for (const folder of systemPath) if (await isExecutable(join(folder, name))) return join(folder, name);
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function wrongPostgres(folder: string, found: string, wanted: number | undefined): CodedError {
  return new CodedError(
    'PROGRAM_MISSING',
    `${folder} has ${found}, but ${wanted === undefined ? 'one' : `PostgreSQL ${wanted}`} is asked for`,
    {
      blame: 'user',
      fix: 'Unset CITUS_HA_POSTGRES_BIN, or make it and postgres.version in cluster.yaml say the same.',
    },
  );
}

async function versionOf([file, ...args]: readonly [string, ...string[]]): Promise<string> {
  const asked = await execa(file, args, {
    reject: false,
    env: { PYTHONPATH: undefined, PATH: systemPath.join(delimiter) },
  });
  return parseVersion(asked.stdout);
}
