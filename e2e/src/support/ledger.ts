import { setTimeout as think } from 'node:timers/promises';
import { waitFor } from '@citus-ha/core';
import { Client } from 'pg';

export interface LedgerResult {
  /** Ids whose insert was acknowledged. */
  readonly acknowledged: readonly number[];
  readonly failed: number;
  /** The longest time in which no client had a write acknowledged, up to the end of the load. */
  readonly longestGapMs: number;
}

/** Clients that write unique ids into a distributed table until they are stopped, each reconnecting when it is cut off. */
export interface Ledger {
  /** Resolves once a write was acknowledged after now. */
  untilWritten(timeoutMs?: number): Promise<void>;
  stop(): Promise<LedgerResult>;
}

const clients = 4;
const thinkMs = 5;
const answerTimeoutMs = 5_000;

/** The table must exist: see {@link ledgerTable}. */
export function startLedger(uri: string): Ledger {
  const acknowledged: number[] = [];
  let failed = 0;
  const stopping = new AbortController();
  let nextId = Date.now() * 1000;
  let lastAt = performance.now();
  let longestGapMs = 0;

  const acknowledge = (id: number) => {
    acknowledged.push(id);
    longestGapMs = Math.max(longestGapMs, performance.now() - lastAt);
    lastAt = performance.now();
  };
  const write = async (client: Client) => {
    while (!stopping.signal.aborted) {
      const id = nextId++;
      await client.query('INSERT INTO ledger (id) VALUES ($1)', [id]);
      acknowledge(id);
      await think(thinkMs);
    }
  };
  const work = async () => {
    while (!stopping.signal.aborted) {
      const client = new Client({
        connectionString: uri,
        connectionTimeoutMillis: answerTimeoutMs,
        query_timeout: answerTimeoutMs,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await write(client);
      } catch {
        failed += 1;
        await think(thinkMs);
      } finally {
        void client.end().catch(() => undefined);
      }
    }
  };
  const workers = Array.from({ length: clients }, work);

  return {
    untilWritten: async (timeoutMs = 180_000) => {
      const before = acknowledged.length;
      await waitFor({
        what: 'a write to be acknowledged',
        probe: () => acknowledged.length > before + clients,
        timeoutMs,
      });
    },
    stop: async () => {
      longestGapMs = Math.max(longestGapMs, performance.now() - lastAt);
      stopping.abort();
      await Promise.all(workers);
      return { acknowledged, failed, longestGapMs };
    },
  };
}

export const ledgerTable = `CREATE TABLE ledger (id bigint PRIMARY KEY); SELECT create_distributed_table('ledger', 'id')`;

/** Acknowledged ids that the table does not have. */
export function lostOf({ acknowledged }: LedgerResult, rows: readonly { readonly id: string }[]): readonly number[] {
  const present = new Set(rows.map(({ id }) => Number(id)));
  return acknowledged.filter((id) => !present.has(id));
}
