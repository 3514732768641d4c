import { CodedError, codeOf } from '@citus-ha/core';
import type { ClientBase } from 'pg';

export type EngineKind = 'citus' | 'standin';

/** Puts a distribution engine into the database of a connection: the Citus extension, or the stand-in. */
export interface EngineInstaller {
  readonly kind: EngineKind;
  /** Can be repeated; does nothing where the engine is there already. */
  install(client: ClientBase): Promise<void>;
}

export interface EngineVersion {
  readonly kind: EngineKind;
  /** `13.2.2` */
  readonly version: string;
}

/**
 * Citus itself, as an extension.
 *
 * @throws CodedError `ENGINE_MISSING` where PostgreSQL has no such extension, `ENGINE_NOT_PRELOADED` where
 *   shared_preload_libraries does not name it.
 */
export const citusEngine: EngineInstaller = {
  kind: 'citus',
  async install(client) {
    if (await hasExtension(client, 'citus')) return;
    const { rows } = await client.query<{ available: boolean; preloaded: boolean }>(citusReadinessSql);
    if (!rows[0]?.available) {
      throw new CodedError('ENGINE_MISSING', 'This PostgreSQL server has no extension named citus', {
        fix: 'Install Citus for its version of PostgreSQL, or use the stand-in (engine: standin).',
      });
    }
    if (!rows[0].preloaded) {
      throw new CodedError('ENGINE_NOT_PRELOADED', 'This PostgreSQL server runs without the Citus library', {
        fix: 'Put citus first in shared_preload_libraries and restart the server.',
      });
    }
    await client.query('CREATE EXTENSION IF NOT EXISTS citus');
  },
};

const citusReadinessSql = `
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'citus') AS available,
       current_setting('shared_preload_libraries') ~ '\\mcitus\\M' AS preloaded`;

/** Whether an extension is installed in the connection's database. */
export async function hasExtension(client: ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_extension WHERE extname = $1', [name]);
  return rowCount === 1;
}

/** Which engine a database has, as its `citus_version()` says; `undefined` where there is none. */
export async function engineVersion(client: ClientBase): Promise<EngineVersion | undefined> {
  try {
    const { rows } = await client.query<{ text: string }>('SELECT citus_version() AS text');
    return parseEngineVersion(rows[0]?.text ?? '');
  } catch (error) {
    if (codeOf(error) === undefinedFunction) return undefined;
    throw error;
  }
}

const undefinedFunction = '42883';

/**
 * Reads the text of `citus_version()`: `Citus 13.2.2 on x86_64...`, or `Citus stand-in 13.2 (citus-ha) on ...`.
 *
 * @throws CodedError `ENGINE_UNKNOWN` for any other text.
 */
export function parseEngineVersion(text: string): EngineVersion {
  const match = /^Citus (stand-in )?(\d+(?:\.\d+)*\S*)/.exec(text);
  if (!match?.[2]) {
    throw new CodedError('ENGINE_UNKNOWN', `citus_version() answered ${JSON.stringify(text)}`, {
      fix: 'Check which engine was installed into this database.',
    });
  }
  return { kind: match[1] ? 'standin' : 'citus', version: match[2] };
}
