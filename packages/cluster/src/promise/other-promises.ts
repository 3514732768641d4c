import { answer, etcdStopped, newConnection, oldConnection, otherCopy, withoutEtcd } from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { atMost, unknown, until, type Bound, type FaultPromise, type Loss, type Term } from './promise.js';

const nothing: Loss = { lost: 'nothing', why: 'no coordinator is hit' };
const silent = ['pause', 'partition-all'];

/** The worst to expect where no coordinator is hit. */
export function otherPromises(input: PromiseInput): readonly FaultPromise[] {
  return [...ofWorker(input), ...ofEtcd(), ...ofProxy(input)];
}

function ofWorker({ spec, runtime, sentinel, engine }: PromiseInput): readonly FaultPromise[] {
  const { shards, workers } = spec;
  if (workers.availability === 'patroni') return [];
  const hasCopies = shards.replicationFactor > 1;
  const needed = hasCopies
    ? 'it is back: a write needs every copy of its shard'
    : 'it is back: nobody else has its shards';
  const restarted = sentinel ? `${needed}; the sentinel starts it again` : needed;
  // What the stand-in does with a server that does not answer is not Citus's.
  const waiting = (...terms: readonly Term[]) =>
    engine === 'citus'
      ? atMost(...terms, answer)
      : unknown('how long the engine waits for a server that does not answer');
  const refused = atMost(otherCopy, answer);
  // The address of a container goes with it; a process that is gone refuses.
  const gone = runtime === 'docker' ? waiting(newConnection) : refused;
  const worker = (faults: readonly string[], write: string, read: Bound): FaultPromise => ({
    faults,
    target: 'worker',
    write: until(write),
    read: hasCopies ? read : until(write),
    loss: nothing,
  });
  return [
    worker(['kill', 'patroni-kill'], restarted, gone),
    worker(['postmaster-kill'], `${needed}; Patroni starts it again`, refused),
    worker(['stop'], needed, gone),
    worker(silent, needed, waiting(oldConnection, newConnection)),
  ];
}

function ofEtcd(): readonly FaultPromise[] {
  const [lost, stopped] = [atMost(withoutEtcd, answer), atMost(etcdStopped, answer)];
  return [
    { faults: ['kill', ...silent], target: 'etcd', write: lost, read: lost, loss: nothing },
    { faults: ['stop'], target: 'etcd', write: stopped, read: stopped, loss: nothing },
  ];
}

function ofProxy({ spec }: PromiseInput): readonly FaultPromise[] {
  const bound = until(spec.proxy.count === 1 ? 'it is back: it is the only proxy' : 'clients take another proxy');
  return [{ faults: ['kill', 'stop', 'pause'], target: 'proxy', write: bound, read: bound, loss: nothing }];
}
