import { hasPatroniDefaults } from '@citus-ha/emitters';
import { lossOf } from './loss.js';
import { answer, election, shutDown, withoutEtcd } from './measured.js';
import type { PromiseInput } from './promise-input.js';
import { atMost, unknown, until, type Bound, type FaultPromise, type Loss, type Term } from './promise.js';
import {
  loop,
  oldLeaderDropped,
  replaced,
  rerouted,
  routed,
  setting,
  slowed,
  unawaited,
  untilFenced,
  untilQuick,
  type End,
} from './terms.js';

const deaths = ['kill', 'patroni-kill'];
const halves = ['postmaster-pause'];
const silences = ['pause', 'partition-all', 'partition-in', 'partition-out'];
const alone = 'it reaches the other databases again';
const restarted = 'its PostgreSQL has started again';

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
  const lost = (end: End, ...before: readonly Term[]) => atMost(...before, ...replaced(input, end), ...routed);
  const handedOver = atMost(shutDown, election, ...oldLeaderDropped(input), ...routed);
  const seen = [
    loop('Patroni looks at PostgreSQL', timings),
    setting('and asks it in vain', 'timings.retryTimeout', timings.retryTimeoutMs),
  ];
  const crashed = atMost(...seen, election, ...oldLeaderDropped(input), ...routed);
  const leftAlone = { lost: 'unknown', why: 'no isolation: its PostgreSQL goes on though another one leads' } as const;
  const fencedOr = (what: string, ...before: readonly Term[]) =>
    untilFenced(input, 'half-alive') === undefined ? until(what) : lost('half-alive', ...before);
  const inPlace = unknown('Patroni starts it in place, which takes as long as PostgreSQL recovers');
  return [
    leader(input.isolation ? deaths : ['kill'], lost('dead'), lossOf(input, 'crash')),
    ...(input.isolation ? [] : [leader(['patroni-kill'], lost('dead'), leftAlone)]),
    leader(['postmaster-kill'], hasPatroniDefaults(input.spec) ? inPlace : crashed, lossOf(input, 'crash')),
    leader(silences, lost('silent'), lossOf(input, 'crash')),
    leader(halves, fencedOr('its postmaster goes on: Patroni sees nothing of it'), lossOf(input, 'crash')),
    leader(
      ['full-disk'],
      fencedOr(
        'its disk has room: Patroni can neither start it nor step down',
        loop('Patroni says that it is down', timings),
      ),
      lossOf(input, 'crash'),
    ),
    leader(['stop', 'switchover'], handedOver, lossOf(input, 'handover')),
    leader(['partition-dcs'], atMost(withoutEtcd, answer), lossOf(input, 'handover')),
    leader(['partition-peers'], until(alone), lossOf(input, 'handover')),
    leader(['rolling-restart'], until(restarted), lossOf(input, 'handover')),
    { ...leader(slowed, untilQuick, lossOf(input, 'handover')), read: untilQuick },
  ];
}

function ofStandby(input: PromiseInput): readonly FaultPromise[] {
  // Nobody kills who is alive and well for whoever asks.
  const alive = { ...input, sentinel: false };
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
    { ...standby(['stop', 'postmaster-kill', 'full-disk', 'rolling-restart'], 'dead'), write: write('dead', alive) },
    standby(silences, 'silent'),
    standby(halves, 'half-alive'),
    { ...standby(['partition-dcs'], 'dead'), write: atMost(answer) },
    { ...standby(['partition-peers'], 'silent'), write: write('silent', alive), read: until(alone) },
    { ...standby(slowed, 'dead'), write: untilQuick, read: untilQuick },
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
  return [
    only([...deaths, 'postmaster-kill'], until(started)),
    only(['stop', 'full-disk', 'partition-peers', ...silences, ...halves], until(isBack)),
    only(['partition-dcs'], atMost(withoutEtcd, answer)),
    only(['rolling-restart'], until(restarted)),
    only(slowed, untilQuick),
  ];
}
