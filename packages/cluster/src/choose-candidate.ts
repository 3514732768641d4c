import { CodedError } from '@citus-ha/core';
import { isSynchronous } from './find-problems.js';

export interface Standby {
  readonly name: string;
  readonly role: string;
  readonly state: string;
}

/**
 * The standby that is to lead in place of a leader that may be lost. Patroni checks nothing of a candidate that it is
 * told, so that has to happen here.
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
}): T {
  const { members, running, leader, to, mayLose } = question;
  if (to !== undefined && to === leader) throw unfit(`${to} holds the leader's key already`, 'Name a standby.');
  const standbys = members.filter(({ name }) => name !== leader && (to === undefined || name === to));
  const alive = standbys.filter(({ name, state }) => running.includes(name) && able.includes(state));
  const complete = alive.find(isSynchronous);
  if (complete) return complete;
  const [other] = alive;
  if (other && mayLose) return other;
  throw other
    ? unfit(
        `${other.name} is not synchronous: it may lack acknowledged writes`,
        `Start ${leader ?? 'the last leader'} again, or lose what ${other.name} lacks: --allow-loss.`,
      )
    : unfit(
        to === undefined ? 'No standby is fit to lead' : `${to} is not fit to lead`,
        'Start the standbys, see `citus-ha status`.',
      );
}

/** States of a standby that has its data; it streams no more where its leader is gone. */
const able = ['streaming', 'running', 'in archive recovery'];

function unfit(what: string, fix: string): CodedError {
  return new CodedError('NO_CANDIDATE', what, { fix });
}
