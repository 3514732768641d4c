import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@citus-ha/core';
import type { ClientBase } from 'pg';

/**
 * The slice of Citus's SQL API that citus-ha uses, on plain PostgreSQL 15 or later and postgres_fdw. Can be installed
 * again at will: functions are replaced in place, nodes, tables and rows stay. Servers log in to one another as the user
 * that installs, with the password that libpq finds in the servers' own password file (PGPASSFILE).
 *
 * Install it on the coordinator and on every worker, into the database of the same name, on a connection of a superuser
 * that has no transaction open.
 *
 * @throws CodedError `STANDIN_REFUSED` where the server is too old, the user is no superuser, postgres_fdw is not installed
 *   or the database has Citus itself; `STANDIN_INSTALL_FAILED`, with the file, where a statement failed. Nothing is left then.
 */
export const standinEngine = {
  kind: 'standin' as const,

  async install(client: ClientBase): Promise<void> {
    await refuseUnfit(client);
    const files = (await readdir(sqlFolder)).filter((name) => name.endsWith('.sql')).toSorted();
    await client.query('BEGIN');
    try {
      await client.query(sessionSql);
      for (const file of files) await runFile(client, file);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  },
};

const sqlFolder = join(import.meta.dirname, '../sql');

/** Catalogs are created in pg_catalog, which only allow_system_table_mods permits; two installers take turns. */
const sessionSql = `
SET LOCAL allow_system_table_mods = on;
SET LOCAL client_min_messages = warning;
SET LOCAL check_function_bodies = off;
SET LOCAL search_path = pg_catalog;
SELECT pg_advisory_xact_lock(hashtext('pg_standin.install'))`;

const fitnessSql = `
SELECT current_setting('server_version_num')::int >= 150000 AS recent,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgres_fdw') AS fdw,
       NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS "withoutCitus"`;

const requirements = {
  recent: ['is older than PostgreSQL 15', 'Use PostgreSQL 15 or later.'],
  superuser: ['is reached as a user who is no superuser', 'Connect as a superuser.'],
  fdw: [
    'has no extension named postgres_fdw',
    'Install the contrib extensions of its version (Debian: postgresql-contrib).',
  ],
  withoutCitus: ['has Citus itself in this database', 'Use Citus (engine: citus), or another database.'],
} as const;

async function refuseUnfit(client: ClientBase): Promise<void> {
  const { rows } = await client.query<Record<keyof typeof requirements, boolean>>(fitnessSql);
  for (const [name, [failure, fix]] of Object.entries(requirements)) {
    if (rows[0]?.[name as keyof typeof requirements] !== true) {
      throw new CodedError('STANDIN_REFUSED', `The stand-in for Citus cannot be installed: the server ${failure}`, {
        fix,
      });
    }
  }
}

async function runFile(client: ClientBase, file: string): Promise<void> {
  const sql = await readFile(join(sqlFolder, file), 'utf8');
  try {
    await client.query(sql);
  } catch (error) {
    throw new CodedError('STANDIN_INSTALL_FAILED', `Installing the stand-in for Citus failed in ${file}`, {
      cause: error,
      fix: 'Read the cause; the transaction was rolled back and can be run again.',
    });
  }
}
