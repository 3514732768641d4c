import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const debianRoot = '/usr/lib/postgresql';

/** The folder of initdb and postgres: `$CITUS_HA_POSTGRES_BIN`, else Debian's newest; `undefined` where neither is. */
export async function findPostgresBinDir(): Promise<string | undefined> {
  const chosen = process.env['CITUS_HA_POSTGRES_BIN'];
  if (chosen) return chosen;
  const versions = await readdir(debianRoot).catch(() => []);
  const newest = versions
    .map(Number)
    .filter(Number.isInteger)
    .toSorted((a, b) => b - a);
  return newest[0] === undefined ? undefined : join(debianRoot, String(newest[0]), 'bin');
}

/** Whether the extension's control file is where that PostgreSQL looks for it. */
export async function hasCitusFiles(postgresBinDir: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(join(postgresBinDir, 'pg_config'), ['--sharedir']);
    await access(join(stdout.trim(), 'extension', 'citus.control'));
    return true;
  } catch {
    return false;
  }
}
