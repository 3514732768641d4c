import {
  answer,
  begunAnew,
  deathSeen,
  goneAddress,
  lookedFor,
  newConnection,
  notReached,
  oldConnection,
  otherCopy,
  shutDown,
  withoutEtcd,
  workerDisabled,
} from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { setting, slowed, untilFenced, untilQuick, type End } from './terms.js';
import { atMost, unknown, until, type Bound, type FaultPromise, type Loss, type Term } from './promise.js';

const nothing: Loss = { lost: 'nothing', why: 'no coordinator is hit' };
const cutOff = ['partition-all', 'partition-in', 'partition-out'];
const silent = ['pause', ...cutOff];

/** The worst to expect where no coordinator is hit. */
export function otherPromises(input: PromiseInput): readonly FaultPromise[] {
  return [...ofWorker(input), ...ofEtcd(), ...ofProxy(input)];
}

function ofWorker(input: PromiseInput): readonly FaultPromise[] {
  const { spec, runtime, sentinel, engine } = input;
  const { shards, workers } = spec;
  if (workers.availability === 'patroni') return [];
  const hasCopies = shards.replicationFactor > 1;
  const needed = hasCopies
    ? 'it is back: a write needs every copy of its shard'
    : 'it is back: nobody else has its shards';
  const restarted = sentinel ? `${needed}; the sentinel starts it again` : needed;
  // The address of a container goes with it; a process that is gone refuses.
  const unreachable = runtime === 'docker' ? [goneAddress] : [];
  const disableAfterMs = hasCopies && sentinel ? spec.sentinel.disableAfterMs : null;
  /** Once it is gone others do without it. */
  const without = (what: string, ...before: readonly Term[]): Bound => {
    if (disableAfterMs === null) return until(what);
    const patience = setting('it may come back', 'sentinel.disableAfter', disableAfterMs);
    const waits = disableAfterMs > 0 ? [patience] : [];
    return atMost(...before, deathSeen(runtime), ...waits, workerDisabled, ...unreachable, begunAnew);
  };
  const fencedOr = (end: End, ...before: readonly Term[]): Bound => {
    const fenced = untilFenced(input, end);
    return fenced === undefined ? until(needed) : without(needed, ...fenced, ...before);
  };
  const waiting = (...terms: readonly Term[]) => {
    if (engine === undefined) return unknown('how long the engine waits for a server that does not answer');
    return engine === 'citus' ? atMost(...terms, answer) : until('it answers again: the stand-in waits for it');
  };
  /** Until it is killed, else for as long as Citus waits. */
  const silentFor = (end: End, ...waits: readonly Term[]) => {
    const fenced = untilFenced(input, end);
    return waiting(...(fenced ? [...fenced, deathSeen(runtime), ...unreachable, otherCopy] : waits));
  };
  const connection = newConnection(spec);
  const unreached = disableAfterMs === null ? until(needed) : atMost(notReached, workerDisabled, begunAnew);
  const refused = atMost(otherCopy, answer);
  const gone = atMost(...unreachable, otherCopy, answer);
  const worker = (faults: readonly string[], write: Bound, read: Bound): FaultPromise => ({
    faults,
    target: 'worker',
    write,
    read: hasCopies ? read : write,
    loss: nothing,
  });
  return [
    worker(['kill', 'patroni-kill'], without(restarted), gone),
    worker(['postmaster-kill', 'rolling-restart'], until(`${needed}; Patroni starts it again`), refused),
    worker(['stop'], without(needed, shutDown), gone),
    worker(['full-disk'], without(needed, lookedFor), refused),
    worker(['pause'], fencedOr('silent'), silentFor('silent', oldConnection, connection)),
    // Whoever gives up a connection that is cut off asks the other end first to cancel.
    worker(cutOff, fencedOr('silent', ...unreachable), silentFor('silent', oldConnection, connection)),
    worker(['partition-peers'], unreached, waiting(oldConnection, connection)),
    worker(['postmaster-pause'], fencedOr('half-alive'), silentFor('half-alive', connection)),
    worker(['partition-dcs'], atMost(withoutEtcd, answer), atMost(withoutEtcd, answer)),
    worker(slowed, untilQuick, untilQuick),
  ];
}

function ofEtcd(): readonly FaultPromise[] {
  const lost = atMost(withoutEtcd, answer);
  return [{ faults: ['kill', 'stop', ...silent], target: 'etcd', write: lost, read: lost, loss: nothing }];
}

function ofProxy({ spec }: PromiseInput): readonly FaultPromise[] {
  const bound = until(spec.proxy.count === 1 ? 'it is back: it is the only proxy' : 'clients take another proxy');
  return [{ faults: ['kill', 'stop', 'pause'], target: 'proxy', write: bound, read: bound, loss: nothing }];
}
