import { withConnection, type ServerAddress } from '@citus-ha/citus';

const answerMs = 5_000;

/** Whether a server answers, and is not in recovery. */
export function takesWrites(server: ServerAddress): Promise<boolean> {
  return withConnection(
    server,
    async (client) => {
      const { rows } = await client.query<{ writes: boolean }>('SELECT NOT pg_is_in_recovery() AS writes');
      return rows[0]?.writes === true;
    },
    { timeoutMs: answerMs, statementTimeoutMs: answerMs },
  ).catch(() => false);
}
