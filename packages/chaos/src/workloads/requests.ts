import type { ClientFunction, ClientPlan, OpValues } from '../history/op.js';
import type { Session } from '../load/connection.js';
import { pick, type Random } from './random.js';
import {
  accountsPerShard,
  accountTable,
  ledgerTable,
  registerTable,
  scannedTable,
  type LoadedShard,
} from './tables.js';

/** What a client is about to do: an op's function and value, and how it is done. Answers the value of the ok. */
export interface PlannedRequest<F extends ClientFunction = ClientFunction> {
  readonly f: F;
  readonly value: OpValues[F];
  readonly send: (session: Session) => Promise<OpValues[F]>;
}

/** Makes the next request of a client. */
export type Generator = () => PlannedRequest;

export interface GeneratorInput {
  readonly plan: ClientPlan;
  readonly shards: readonly LoadedShard[];
  readonly random: Random;
  /** A number that no one else has. */
  readonly nextId: () => number;
}

export function generatorOf(input: GeneratorInput): Generator {
  return () => generators[input.plan.workload](input);
}

const generators: Readonly<Record<ClientPlan['workload'], (input: GeneratorInput) => PlannedRequest>> = {
  ledger: append,
  tail,
  transfer,
  balances,
  register: (input) => (input.random() < 0.5 ? write(input) : read(input)),
  storm: append,
  scans: scan,
};

function append({ plan: { table, slot }, nextId }: GeneratorInput): PlannedRequest<'append'> {
  const value = { table, slot, id: nextId() };
  return {
    f: 'append',
    value,
    send: async (session) => {
      await session.query(`INSERT INTO ${ledgerTable(table)} (slot, id) VALUES ($1, $2)`, [slot, value.id]);
      return value;
    },
  };
}

function tail({ plan: { table, slot } }: GeneratorInput): PlannedRequest<'tail'> {
  return {
    f: 'tail',
    value: { table, slot, id: null },
    send: async (session) => {
      const { rows } = await session.query<{ id: string | null }>(
        `SELECT max(id) AS id FROM ${ledgerTable(table)} WHERE slot = $1`,
        [slot],
      );
      return { table, slot, id: numberOrNull(rows[0]?.id) };
    },
  };
}

/**
 * Citus has no snapshot over several workers (Citus manual, "Transactions"): a reader may see one half of a transfer
 * before the other. So transfers share a lock on the coordinator that a reader of the total takes for itself.
 */
const bankLock = 20_201;

function transfer({ shards, random, nextId }: GeneratorInput): PlannedRequest<'transfer'> {
  const accounts = shards.flatMap(({ slots }) => slots.slice(0, accountsPerShard));
  const from = pick(random, accounts);
  const to = pick(
    random,
    accounts.filter((account) => account !== from),
  );
  const amount = 1 + Math.floor(random() * 5);
  const value = { id: nextId(), from, to, amount };
  // In one order, so that two transfers never wait for each other.
  const changes = [
    { slot: from, by: -amount },
    { slot: to, by: amount },
  ].toSorted((a, b) => a.slot - b.slot);
  return {
    f: 'transfer',
    value,
    send: async (session) => {
      await session.query('BEGIN');
      await session.query('SELECT pg_advisory_xact_lock_shared($1)', [bankLock]);
      for (const { slot, by } of changes) {
        await session.query(
          `UPDATE ${accountTable} SET balance = balance + $2, transfers = array_append(transfers, $3) WHERE slot = $1`,
          [slot, by, value.id],
        );
      }
      await session.query('COMMIT');
      return value;
    },
  };
}

function balances(): PlannedRequest<'balances'> {
  return {
    f: 'balances',
    value: null,
    send: async (session) => {
      await session.query('BEGIN');
      await session.query('SELECT pg_advisory_xact_lock($1)', [bankLock]);
      const { rows } = await session.query<{ slot: number; balance: string }>(
        `SELECT slot, balance FROM ${accountTable}`,
      );
      await session.query('COMMIT');
      return Object.fromEntries(rows.map(({ slot, balance }) => [String(slot), Number(balance)]));
    },
  };
}

function write({ shards, random, nextId }: GeneratorInput): PlannedRequest<'write'> {
  const value = { key: keyOf(shards, random), value: nextId() };
  return {
    f: 'write',
    value,
    send: async (session) => {
      await session.query(`UPDATE ${registerTable} SET value = $2 WHERE slot = $1`, [value.key, value.value]);
      return value;
    },
  };
}

function read({ shards, random }: GeneratorInput): PlannedRequest<'read'> {
  const key = keyOf(shards, random);
  return {
    f: 'read',
    value: { key, value: null },
    send: async (session) => {
      const { rows } = await session.query<{ value: string | null }>(
        `SELECT value FROM ${registerTable} WHERE slot = $1`,
        [key],
      );
      return { key, value: numberOrNull(rows[0]?.value) };
    },
  };
}

/** Costs the workers more than to read: they hash every row. */
function scan(): PlannedRequest<'scan'> {
  return {
    f: 'scan',
    value: { rows: null },
    send: async (session) => {
      const { rows } = await session.query<{ rows: string }>(
        `SELECT count(*) AS rows FROM ${scannedTable} WHERE md5(filler) <> ''`,
      );
      return { rows: numberOrNull(rows[0]?.rows) };
    },
  };
}

function keyOf(shards: readonly LoadedShard[], random: Random): number {
  return pick(random, shards).slots[0] ?? 1;
}

function numberOrNull(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}
