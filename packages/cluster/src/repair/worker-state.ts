import { engineVersion, maintenanceDatabase, withConnection, type ServerAddress } from '@citus-ha/citus';
import { codeOf } from '@citus-ha/core';

const answerMs = 5_000;

/** Whether a server answers, and is not in recovery. */
export function takesWrites(server: ServerAddress): Promise<boolean> {
  return withConnection(
    // Which an empty one has too.
    { ...server, database: maintenanceDatabase },
    async (client) => {
      const { rows } = await client.query<{ writes: boolean }>('SELECT NOT pg_is_in_recovery() AS writes');
      return rows[0]?.writes === true;
    },
    { timeoutMs: answerMs, statementTimeoutMs: answerMs },
  ).catch(() => false);
}

/** @throws CodedError as `withConnection` does. */
export async function hasEngine(server: ServerAddress): Promise<boolean> {
  try {
    return await withConnection(server, async (client) => (await engineVersion(client)) !== undefined, {
      timeoutMs: answerMs,
      statementTimeoutMs: answerMs,
    });
  } catch (error) {
    if (codeOf(error) === 'DATABASE_MISSING') return false;
    throw error;
  }
}
