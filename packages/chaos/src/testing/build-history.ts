import type { ClientFunction, ClientPlan, History, Op, OpValues, TrialHeader } from '../history/op.js';

const writer: ClientPlan = {
  workload: 'ledger',
  endpoint: 'write',
  table: 'distributed',
  group: 'worker1+worker2',
  slot: 1,
};
const reader: ClientPlan = { ...writer, workload: 'tail', endpoint: 'read' };

export const testClients: readonly ClientPlan[] = [writer, reader];

const header: TrialHeader = {
  version: 1,
  cluster: 'test',
  runtime: 'memory',
  engine: 'citus',
  startedAt: '2026-01-01T00:00:00.000Z',
  fault: 'kill',
  target: 'leader',
  trial: 1,
  seed: 1,
  clients: testClients,
  bankTotal: 200,
  intervalMs: 50,
  timeoutMs: 2000,
};

/** Writes histories for tests of checkers, op by op; times are in milliseconds since the beginning. */
export class HistoryBuilder {
  readonly #ops: Op[] = [];

  constructor(clients: readonly ClientPlan[] = testClients) {
    this.note(0, 'runner', 'header', { ...header, clients });
    this.note(0, 'runner', 'load', 'begin');
  }

  /** A request from its sending to its end; one without an outcome is still open when the history ends. */
  request<F extends ClientFunction>(
    f: F,
    value: OpValues[F],
    { from, to = from + 1, type = 'ok', client = 0, asked = value, error = 'E', connectMs }: RequestTimes<F>,
  ): this {
    this.#add({ time: from, process: client, type: 'invoke', f, value: asked });
    if (type === 'open') return this;
    const connected = connectMs === undefined ? {} : { connectMs };
    this.#add({ time: to, process: client, type, f, value, ...(type !== 'ok' && { error }), ...connected });
    return this;
  }

  /** Appends of one client, acknowledged at these moments, with ids from 1. */
  appends(...moments: readonly number[]): this {
    for (const [index, from] of moments.entries()) {
      this.request('append', { table: 'distributed', slot: 1, id: index + 1 }, { from });
    }
    return this;
  }

  note<F extends keyof OpValues>(time: number, process: Op['process'], f: F, value: OpValues[F]): this {
    this.#add({ time, process, type: 'ok', f, value });
    return this;
  }

  /** From injection to heal, seen to have taken hold. */
  fault(from: number, to: number, { held = true } = {}): this {
    const members = ['coord-1'];
    this.#add({ time: from, process: 'nemesis', type: 'invoke', f: 'inject', value: { fault: 'kill', members } });
    this.note(to, 'nemesis', 'hold', { held, evidence: 'processes of coord-1 gone' });
    this.#add({ time: to, process: 'nemesis', type: 'invoke', f: 'heal', value: { members } });
    return this;
  }

  build(endsAt = 1000): History {
    this.note(endsAt, 'runner', 'load', 'end');
    const sorted = this.#ops.toSorted((a, b) => a.time - b.time);
    return sorted.map((op, index) => ({ ...op, index, time: op.time * 1e6 }));
  }

  #add(op: Omit<Op, 'index'>): void {
    this.#ops.push({ index: 0, ...op });
  }
}

interface RequestTimes<F extends ClientFunction> {
  readonly from: number;
  readonly to?: number;
  readonly type?: 'ok' | 'fail' | 'info' | 'open';
  readonly client?: number;
  /** What was asked for, where the answer differs. */
  readonly asked?: OpValues[F];
  /** Class of the error of one that was not acknowledged. */
  readonly error?: string;
  readonly connectMs?: number;
}
