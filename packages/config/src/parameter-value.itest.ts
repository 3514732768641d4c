import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBoolean, parseInteger } from './parameter-value.js';

let folder: string;
let postgres: string;

beforeAll(() => {
  postgres = execFileSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/postgres | tail -1'], { encoding: 'utf8' }).trim();
  folder = mkdtempSync(join(tmpdir(), 'citus-ha-parameters-'));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'postgresql.conf'), '', { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `undefined` for what PostgreSQL refuses. It does not run as root. */
function readByPostgres(name: string, value: string): string | undefined {
  const asOther = process.getuid?.() === 0 ? ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'] : [];
  const [file, ...args] = [...asOther, postgres, '-D', folder, '-C', name, '-c', `${name}=${value}`];
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

describe('the value of a parameter', () => {
  it.each([
    'on',
    'ON',
    'o',
    'of',
    'oF',
    'off',
    'tr',
    'TRUE',
    'f',
    'fa',
    'y',
    'ye',
    'n',
    'no',
    '1',
    '0',
    '2',
    'nope',
    '',
  ])('is the boolean that PostgreSQL makes of %j', (value) => {
    const read = readByPostgres('fsync', value);
    expect(parseBoolean(value)).toBe(read === undefined ? undefined : read === 'on');
  });

  it.each(['0', '10', '010', '0x10', '3.4', '3.6', '1e1', ' 7', 'ten', '1e', ''])(
    'is the integer that PostgreSQL makes of %j',
    (value) => {
      const read = readByPostgres('commit_delay', value);
      expect(parseInteger(value)).toBe(read === undefined ? undefined : Number(read));
    },
  );
});
