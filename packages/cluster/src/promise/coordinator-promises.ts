import { hasPatroniDefaults } from '@citus-ha/emitters';
import { lossOf } from './loss.js';
import { answer, election, shutDown } from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { atMost, unknown, until, type Bound, type FaultPromise, type Loss } from './promise.js';
import {
  loop,
  oldLeaderDropped,
  replaced,
  rerouted,
  routed,
  setting,
  unawaited,
  untilFenced,
  type End,
} from './terms.js';

const deaths = ['kill', 'patroni-kill'];
const halves = ['postmaster-pause'];
const silences = ['pause', 'partition-all', 'partition-in', 'partition-out'];

/** The worst to expect where the leader is hit, or a coordinator that follows. */
export function coordinatorPromises(input: PromiseInput): readonly FaultPromise[] {
  return input.spec.coordinators.count === 1 ? ofTheOnlyOne(input) : [...ofLeader(input), ...ofStandby(input)];
}

function ofLeader(input: PromiseInput): readonly FaultPromise[] {
  const { timings } = input.spec;
  // Standbys serve reads meanwhile; whoever is promoted is one no longer.
  const read = atMost(...rerouted);
  const leader = (faults: readonly string[], write: Bound, loss: Loss): FaultPromise => ({
    faults,
    target: 'leader',
    write,
    read,
    loss,
  });
  const lost = (end: End) => atMost(...replaced(input, end), ...routed);
  const handedOver = atMost(shutDown, election, ...oldLeaderDropped(input), ...routed);
  const seen = [
    loop('Patroni looks at PostgreSQL', timings),
    setting('and asks it in vain', 'timings.retryTimeout', timings.retryTimeoutMs),
  ];
  const crashed = atMost(...seen, election, ...oldLeaderDropped(input), ...routed);
  const leftAlone = { lost: 'unknown', why: 'no isolation: its PostgreSQL goes on though another one leads' } as const;
  const isFenced = untilFenced(input, 'half-alive') !== undefined;
  const takesNone = until('its postmaster goes on: Patroni sees nothing of it');
  const inPlace = unknown('Patroni starts it in place, which takes as long as PostgreSQL recovers');
  return [
    leader(input.isolation ? deaths : ['kill'], lost('dead'), lossOf(input, 'crash')),
    ...(input.isolation ? [] : [leader(['patroni-kill'], lost('dead'), leftAlone)]),
    leader(['postmaster-kill'], hasPatroniDefaults(input.spec) ? inPlace : crashed, lossOf(input, 'crash')),
    leader(silences, lost('silent'), lossOf(input, 'crash')),
    leader(halves, isFenced ? lost('half-alive') : takesNone, lossOf(input, 'crash')),
    leader(['stop', 'switchover'], handedOver, lossOf(input, 'handover')),
  ];
}

function ofStandby(input: PromiseInput): readonly FaultPromise[] {
  const { durability, coordinators } = input.spec;
  const write = (end: End, by = input): Bound => {
    if (durability === 'async' || coordinators.count > 2) return atMost(answer);
    if (durability === 'strict') return until('the standby is back (durability strict)');
    const isServed = end === 'half-alive' && untilFenced(input, end) === undefined;
    return isServed ? atMost(answer) : atMost(...unawaited(by, end), answer);
  };
  const read = (end: End): Bound => {
    const fenced = end === 'dead' ? [] : untilFenced(input, end);
    return fenced ? atMost(...fenced, ...rerouted) : until('clients give up the sessions that they have there');
  };
  const standby = (faults: readonly string[], end: End): FaultPromise => ({
    faults,
    target: 'standby',
    write: write(end),
    read: read(end),
    loss: lossOf(input, 'handover'),
  });
  return [
    standby(deaths, 'dead'),
    // Its member ends later than its PostgreSQL, or not at all.
    { ...standby(['stop', 'postmaster-kill'], 'dead'), write: write('dead', { ...input, sentinel: false }) },
    standby(silences, 'silent'),
    standby(halves, 'half-alive'),
  ];
}

function ofTheOnlyOne(input: PromiseInput): readonly FaultPromise[] {
  const only = (faults: readonly string[], bound: Bound): FaultPromise => ({
    faults,
    target: 'leader',
    write: bound,
    read: bound,
    loss: lossOf(input, 'handover'),
  });
  const isBack = 'it is back: it is the only coordinator';
  const started = input.sentinel ? `${isBack}; the sentinel starts it again` : isBack;
  return [only([...deaths, 'postmaster-kill'], until(started)), only(['stop', ...silences, ...halves], until(isBack))];
}
