import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { messageOf } from '@citus-ha/core';

/** What real servers need that this machine may not have; what is missing says why tests of them are skipped. */
export interface RealPrograms {
  readonly etcd: string;
  readonly etcdMissing: string | undefined;
  readonly patroni: readonly string[];
  readonly patroniMissing: string | undefined;
  readonly postgresBinDir: string;
}

/** Patroni 4 or later is taken from `CITUS_HA_TEST_PATRONI` (a command line), else from the PATH. */
export function findRealPrograms(): RealPrograms {
  const patroni = (process.env['CITUS_HA_TEST_PATRONI'] ?? 'patroni').split(' ');
  const etcd = process.env['CITUS_HA_TEST_ETCD'] ?? 'etcd';
  const postgresBinDir = newestPostgres();
  return {
    etcd,
    etcdMissing: problemOf(() => versionOf([etcd, '--version'])),
    patroni,
    patroniMissing: problemOf(() => {
      const version = versionOf([...patroni, '--version']);
      if (Number.parseInt(version, 10) < 4) throw new Error(`patroni is ${version}, older than 4`);
      if (postgresBinDir === undefined) throw new Error('no PostgreSQL in /usr/lib/postgresql');
    }),
    postgresBinDir: postgresBinDir ?? '',
  };
}

function versionOf([command = '', ...args]: readonly string[]): string {
  const text = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? text;
}

function problemOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function newestPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  return versions.map((version) => `${root}/${version}/bin`).find((dir) => existsSync(`${dir}/initdb`));
}
