import { type ClientFunction, type ClientPlan, type History, type Op, type TrialHeader, opsOf } from './op.js';

/** One request of a client, from its sending to what became of it. */
export interface Request<F extends ClientFunction = ClientFunction> {
  /** Place in the header's list of clients. */
  readonly client: number;
  readonly plan: ClientPlan;
  readonly f: F;
  readonly invoked: Op<F>;
  /** `info` where the history ends before its outcome. */
  readonly outcome: 'ok' | 'fail' | 'info';
  /** Its completion's value, else what was asked for. */
  readonly value: Op<F>['value'];
  /** Nanoseconds; infinite where it may still take effect. */
  readonly endedAt: number;
  readonly error: string | undefined;
  /** See {@link Op}. */
  readonly connectMs: number | undefined;
}

/** What a history says of itself; `undefined` where it has no beginning. */
export function headerOf(history: History): TrialHeader | undefined {
  return opsOf(history, 'header')[0]?.value;
}

/** What a client's requests are for: a pooler leads to whoever takes writes. */
export function accessOf({ endpoint }: ClientPlan): 'write' | 'read' {
  return endpoint === 'read' ? 'read' : 'write';
}

/** Pairs every invocation of a client with its completion, in the order of invocation. */
export function requestsOf(history: History): readonly Request[] {
  const clients = headerOf(history)?.clients ?? [];
  const completions = new Map<number, Op>();
  const pending = new Map<Op['process'], Op>();
  const invoked: Op<ClientFunction>[] = [];
  for (const op of history) {
    if (typeof op.process !== 'number') continue;
    const open = pending.get(op.process);
    if (op.type === 'invoke') {
      pending.set(op.process, op);
      invoked.push(op as Op<ClientFunction>);
    } else if (open) {
      completions.set(open.index, op);
      pending.delete(op.process);
    }
  }
  return invoked.flatMap((op) => {
    const client = Number(op.process) % clients.length;
    const plan = clients[client];
    if (!plan) return [];
    const done = completions.get(op.index);
    const outcome = done === undefined || done.type === 'invoke' ? 'info' : done.type;
    const endedAt = done === undefined || outcome === 'info' ? Number.POSITIVE_INFINITY : done.time;
    const value = outcome === 'ok' && done ? done.value : op.value;
    return [
      {
        client,
        plan,
        f: op.f,
        invoked: op,
        outcome,
        value,
        endedAt,
        error: done?.error,
        connectMs: done?.connectMs,
      } as Request,
    ];
  });
}

/** The requests with this function. */
export function requestsWith<F extends ClientFunction>(requests: readonly Request[], f: F): readonly Request<F>[] {
  return requests.filter((request) => request.f === f) as unknown as readonly Request<F>[];
}
