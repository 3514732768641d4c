import type { Unanswered } from '../observe/read-patroni.js';
import type { MemberStatus, Problem, ProblemCode } from './status.js';

export interface SqlFailure {
  readonly leader: string;
  readonly reason: string;
  /** Whether it only did not come in time. */
  readonly late?: boolean;
}

export interface MembersSeen {
  /** What a leader's SQL answered instead of rows; `undefined` where it answered, or there is no leader. */
  readonly sqlFailure?: SqlFailure | undefined;
  /** Members whose Patroni said nothing itself. */
  readonly unanswered: ReadonlyMap<string, Unanswered>;
  /** Why standbys cannot catch up, by name. */
  readonly stuck: ReadonlyMap<string, string>;
}

/** What is wrong with single members; at most one problem each, the cause before what comes of it. */
export function memberProblems(
  members: readonly MemberStatus[],
  seen: MembersSeen,
  late: readonly string[] = [],
): readonly Problem[] {
  const leader = provenLeader(members, seen);
  const silentOnly = ({ name }: MemberStatus) => seen.unanswered.has(name) && late.includes(name);
  return members.filter((member) => !silentOnly(member)).flatMap((member) => problemOf(member, leader, seen) ?? []);
}

/** The coordinator that leads for certain, so that its data is a copy: its SQL answers, and nobody's timeline is newer. */
function provenLeader(
  members: readonly MemberStatus[],
  { sqlFailure, unanswered }: MembersSeen,
): MemberStatus | undefined {
  const all = members.filter(({ kind }) => kind === 'coordinator');
  const leader = all.find(({ role }) => role === 'leader');
  if (!leader || sqlFailure || unanswered.has(leader.name)) return undefined;
  return all.every(({ timeline }) => (timeline ?? 0) <= (leader.timeline ?? 0)) ? leader : undefined;
}

function problemOf(
  { name, kind, state, role, timeline, pendingRestart }: MemberStatus,
  leader: MemberStatus | undefined,
  { unanswered, stuck }: MembersSeen,
): Problem | undefined {
  const problem = (code: ProblemCode, message: string, fix: string): Problem => ({
    code,
    member: name,
    message: `${name} ${message}`,
    fix,
  });
  const log = `see its log: \`citus-ha logs ${name}\``;
  const seeLog = `See its log: \`citus-ha logs ${name}\`.`;
  switch (state) {
    case 'missing':
      return problem('MEMBER_MISSING', 'does not exist', 'Create it: `citus-ha up`.');
    case 'created':
    case 'exited':
      return problem('MEMBER_DOWN', 'does not run', `Start it: \`citus-ha start ${name}\`.`);
    case 'paused':
      return problem('MEMBER_PAUSED', 'is frozen', 'Thaw it: `citus-ha up`.');
    case 'waiting':
      return undefined;
    case 'unknown':
      return problem(
        'MEMBER_UNKNOWN_STATE',
        'may run or not: that cannot be seen from here',
        'Run this where the cluster was started: in its PID namespace, as its user, with all of /proc.',
      );
    default:
      break;
  }
  if (unanswered.get(name) === 'late') {
    return problem(
      'MEMBER_SILENT',
      'did not answer in time: how it is, is unknown',
      `Look again, or ${log}: it is frozen, overloaded or cut off.`,
    );
  }
  if (unanswered.has(name)) return problem('PATRONI_SILENT', 'runs, but its Patroni does not answer', seeLog);
  const isStandby = kind === 'coordinator' && role !== 'leader';
  // Nothing that removes data is advised unless another copy of it is proven.
  const copy = isStandby && leader ? `copy it anew from ${leader.name}: \`citus-ha reinit ${name}\`` : undefined;
  const keep = 'Keep its data, which may be the only copy: it goes on once a coordinator leads.';
  if (state === 'start failed') {
    return problem('MEMBER_NOT_READY', stateWords(state), copy ? `${seeLog} Or ${copy}.` : seeLog);
  }
  if (state !== 'running' && state !== 'streaming' && !(isStandby && stuck.has(name))) {
    return problem('MEMBER_NOT_READY', stateWords(state), `Wait, or ${log}.`);
  }
  const why = stuck.get(name);
  if (isStandby && why !== undefined) {
    const heal = copy && `${copy.charAt(0).toUpperCase()}${copy.slice(1)}.`;
    return problem('CANNOT_CATCH_UP', `cannot catch up with the leader by itself: ${why}`, heal ?? keep);
  }
  if (isStandby && state !== 'streaming') {
    return problem('NOT_STREAMING', 'does not stream from the leader', copy ? `Wait, or ${copy}.` : keep);
  }
  if (isStandby && leader && (timeline ?? Infinity) < (leader.timeline ?? 0)) {
    return problem(
      'NOT_STREAMING',
      `is on timeline ${timeline} still, ${leader.name} leads on ${leader.timeline}`,
      `Wait, or ${copy ?? log}.`,
    );
  }
  if (kind === 'worker' && role !== 'leader') return problem('NOT_LEADING', 'takes no writes yet', `Wait, or ${log}.`);
  if (pendingRestart) {
    return problem('RESTART_PENDING', 'has settings that need a restart', `Restart it: \`citus-ha restart ${name}\`.`);
  }
  return undefined;
}

/** Patroni's word for a state, as what is said of a member. */
export function stateWords(state: string): string {
  const [, attempt] = /^(\w+) failed$/.exec(state) ?? [];
  if (attempt !== undefined) return `fails to ${attempt} its PostgreSQL`;
  return state === 'crashed' ? 'has crashed' : `is ${state}`;
}
