import { CodedError } from '@citus-ha/core';
import { isSynchronous } from '../status/find-problems.js';
import { stateWords } from '../status/member-problems.js';

export interface Standby {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly timeline: number | null;
  readonly lagBytes: number | null;
}

/**
 * The standby that is to lead next. Where the leader may be lost, Patroni checks nothing of a candidate that it is told, so
 * that has to happen here.
 *
 * @throws CodedError `NO_CANDIDATE` saying what is wrong with the one asked for, or that there is none.
 */
export function chooseCandidate<T extends Standby>(question: {
  readonly members: readonly T[];
  /** Names of the members whose process runs. */
  readonly running: readonly string[];
  /** Who holds the leader key. */
  readonly leader: string | undefined;
  readonly to?: string | undefined;
  /** Whether a standby that may lack acknowledged writes will do. */
  readonly mayLose: boolean;
  /** What to do about one that will not. */
  readonly remedy: string;
}): T {
  const { members, running, leader, to, mayLose, remedy } = question;
  if (to !== undefined && to === leader) {
    throw new CodedError('NO_CANDIDATE', `${to} holds the leader's key already`, {
      blame: 'user',
      fix: 'Name a standby.',
    });
  }
  const standbys = members.filter(({ name }) => name !== leader && (to === undefined || name === to));
  const alive = standbys.filter(({ name, state }) => running.includes(name) && able.includes(state));
  const [best] = fittestFirst(alive);
  if (best && (mayLose || isSynchronous(best))) return best;
  if (best) throw unfit(`${best.name} is not synchronous: it may lack acknowledged writes`, remedy);
  const states = standbys.map(
    ({ name, state }) => `${name} ${running.includes(name) ? stateWords(state) : 'is not running'}`,
  );
  throw noneFit(states.join(', '), to);
}

function noneFit(seen: string, to: string | undefined): CodedError {
  if (to !== undefined) return unfit(`${to} is not fit to lead: ${seen || 'it is no standby'}`, waitOrStart);
  return seen === ''
    ? unfit('There is no standby that could lead', 'Raise coordinators.count, and run `citus-ha up`.')
    : unfit(`No standby is fit to lead: ${seen}`, waitOrStart);
}

const waitOrStart = 'Wait until it streams, or start it: see `citus-ha status`.';

/** Those that have every acknowledged write, then those that lack the least; of whom nothing is known last. */
export function fittestFirst<T extends Standby>(standbys: readonly T[]): readonly T[] {
  const lag = ({ lagBytes }: T) => lagBytes ?? Number.MAX_SAFE_INTEGER;
  return standbys.toSorted(
    (a, b) =>
      Number(isSynchronous(b)) - Number(isSynchronous(a)) || (b.timeline ?? 0) - (a.timeline ?? 0) || lag(a) - lag(b),
  );
}

/** States of a standby that has its data; it streams no more where its leader is gone. */
const able = ['streaming', 'running', 'in archive recovery'];

function unfit(what: string, fix: string): CodedError {
  return new CodedError('NO_CANDIDATE', what, { fix });
}
