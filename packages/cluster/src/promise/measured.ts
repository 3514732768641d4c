import type { ClusterSpec } from '@citus-ha/config';
import { formatDuration } from '@citus-ha/core';
import { nodeConnectionTimeoutMs } from '@citus-ha/emitters';
import type { Term } from './promise.js';
import type { PromiseInput } from './promise-input.js';

/*
 * What no setting decides: what a program has built in, or the worst that was measured on two cores with little else to do. What
 * was measured is an outage as a whole; its parts are given so that they sum up to it.
 */

/** The looks of `@citus-ha/runtime-local` at its inits; the engine's `die` event, which comes once the container is taken down. */
export function deathSeen(runtime: PromiseInput['runtime']): Term {
  return runtime === 'docker'
    ? { what: 'the engine tells of the death', ms: 450, from: 'measured: 1.1 s in all' }
    : { what: 'the runtime sees the death', ms: 50, from: 'a look every 50 ms' };
}

/** Beside what is waited for: the witness is asked by a program of its own, and killing takes a while. */
export const fenced: Term = {
  what: 'another coordinator is asked, and the silent one killed',
  ms: 900,
  from: 'measured: 0.3-0.7 s, 18 trials',
};

export const lockTaken: Term = {
  what: 'the sentinel proves it and takes the lock',
  ms: 150,
  from: 'measured: 0.55 s with the race, ADR 14',
};

export const remainsKilled: Term = {
  what: 'the sentinel kills what is left of it',
  ms: 100,
  from: 'no isolation: looked for every 50 ms',
};

/** etcd's `lessor` looks for leases that have ended twice a second. */
export const leaseRevoked: Term = { what: 'etcd revokes the lease', ms: 500, from: 'etcd, every 500 ms' };

/** Standbys wake when the key goes. */
export const election: Term = { what: 'a standby wins the race and is promoted', ms: 400, from: 'measured: 0.1-0.4 s' };

/** Patroni probes every member that it knows of before it takes the lock. */
export const deadAddress: Term = { what: 'the race asks who does not answer', ms: 2_000, from: 'Patroni, fixed' };

/** A fast shutdown with its checkpoint, after which Patroni gives the lock away; see docs/adr/0018. */
export const shutDown: Term = {
  what: 'PostgreSQL shuts down',
  ms: 1_500,
  from: 'measured: stops of 1.1-2.1 s in all',
};

/** Written to the configuration, which PostgreSQL reads anew. */
export const standbyDropped: Term = {
  what: 'the leader waits for it no longer',
  ms: 300,
  from: 'measured: 0.3-0.9 s in all',
};

/** The sentinel ends its replication, and wakes Patroni. */
export const standbyLetGo: Term = {
  what: 'the leader is told to wait for it no longer',
  ms: 600,
  from: 'measured: 0.4-0.7 s in all',
};

/** `failsafe_mode`: whoever leads asks its peers instead. */
export const withoutEtcd: Term = {
  what: 'the leader goes on by failsafe_mode',
  ms: 200,
  from: 'measured: 0.2-0.3 s in all',
};

/** By whoever waits, of all coordinators; see docs/adr/0015. */
export const looked: Term = { what: 'the proxy looks who is fit', ms: 50, from: 'routes.lua, a look every 20 ms' };

/** `timeout connect` of haproxy.cfg: a new session that was refused tries the next server. */
export const nextTry: Term = { what: 'the proxy tries the next server', ms: 300, from: 'timeout connect 300ms' };

/** Of a server that has just been promoted, whose clients come all at once and find nothing in its memory, nor its workers connected. */
export const firstAnswer: Term = {
  what: 'all clients log in to it at once',
  ms: 950,
  from: 'measured: 0.1-0.95 s, nine clients',
};

/** Clients of one server, all at once, at another that is warm. */
export const loggedIn: Term = {
  what: 'its clients log in to another one',
  ms: 300,
  from: 'measured: 0.1-0.3 s, five clients',
};

/** Also where nobody is hit: what else a machine does keeps clients waiting. */
export const answer: Term = {
  what: 'a client logs in and is answered',
  ms: 500,
  from: 'measured: gaps of 0.1-0.56 s with no fault at all, two cores',
};

/** A session that used the copy which is gone fails once. */
export const otherCopy: Term = { what: 'reads turn to another copy', ms: 200, from: 'measured: 0.3 s in all' };

/** The node is disabled, which waits for writes that wait for it; these are cancelled. */
export const workerDisabled: Term = {
  what: 'it is taken out of service',
  ms: 600,
  from: 'measured: 0.1-0.5 s',
};

/** Of who serves nobody and was not seen to die. */
export const lookedFor: Term = {
  what: 'the sentinel has looked for it in vain',
  ms: 6_000,
  from: 'a look every second for 5 s; measured: 5.5-5.9 s in all',
};

/** Of all clients that were cut off, or cancelled. */
export const begunAnew: Term = { what: 'its clients begin anew', ms: 1_200, from: 'measured: 1.0-1.6 s in all' };

/** Of a container: the kernel asks for its neighbour three times, once the connection's first packet is sent again, or again. */
export const goneAddress: Term = {
  what: 'a new connection learns that the address is gone',
  ms: 2_300,
  from: 'net.ipv4.neigh of the container, and TCP, which sends again every second; measured: 1.3-2.1 s',
};

/** `tcp_user_timeout` of `citus.node_conninfo`. */
export const oldConnection: Term = {
  what: 'Citus gives up a connection that it has',
  ms: 5_000,
  from: 'citus.node_conninfo, tcp_user_timeout 5s',
};

export function newConnection(spec: Pick<ClusterSpec, 'sentinel' | 'shards' | 'workers'>): Term {
  const ms = nodeConnectionTimeoutMs(spec);
  return { what: 'Citus gives up a new connection', ms, from: `citus.node_connection_timeout ${formatDuration(ms)}` };
}

/** Of who serves everybody but the leader. */
export const notReached: Term = {
  what: 'the leader has looked for it in vain',
  ms: 25_000,
  from: 'a look every 5 s, then every second, which wait 2 s, for 5 s; measured: 10.8-26.2 s in all',
};
