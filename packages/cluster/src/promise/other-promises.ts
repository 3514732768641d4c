import { answer, newConnection, oldConnection, otherCopy, withoutEtcd } from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { slowed, untilQuick } from './terms.js';
import { atMost, unknown, until, type Bound, type FaultPromise, type Loss, type Term } from './promise.js';

const nothing: Loss = { lost: 'nothing', why: 'no coordinator is hit' };
const silent = ['pause', 'partition-all', 'partition-in', 'partition-out'];

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
  const waiting = (...terms: readonly Term[]) => {
    if (engine === undefined) return unknown('how long the engine waits for a server that does not answer');
    return engine === 'citus' ? atMost(...terms, answer) : until('it answers again: the stand-in waits for it');
  };
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
    worker(['postmaster-kill', 'rolling-restart'], `${needed}; Patroni starts it again`, refused),
    worker(['stop'], needed, gone),
    worker(['full-disk'], needed, refused),
    worker([...silent, 'partition-peers'], needed, waiting(oldConnection, newConnection)),
    worker(['postmaster-pause'], needed, waiting(newConnection)),
    { ...worker(['partition-dcs'], needed, atMost(withoutEtcd, answer)), write: atMost(withoutEtcd, answer) },
    { ...worker(slowed, needed, untilQuick), write: untilQuick },
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
