import { candidatesOf } from '../failover/judge.js';
import type { ScopeSeen } from '../failover/scope.js';

/** Why who is silent is not killed. */
export type Spared =
  /** Patroni's maintenance mode. */
  | 'paused'
  /** Nobody who answers promptly could lead in its place, or leads. */
  | 'no-witness'
  /** The one who could lead in its place, or leads, hears it. */
  | 'heard'
  /** That one could not be asked. */
  | 'witness-unsure'
  /** Nobody else has what it has. */
  | 'needed';

export type SilenceVerdict =
  | { readonly act: 'fence'; readonly witness: string }
  | { readonly act: 'spare'; readonly why: Spared }
  /** It is being started, or stopped, by its Patroni or by nobody yet. */
  | { readonly act: 'wait' };

/** A member of which nothing is heard, or that refuses whoever comes. */
export interface Unserved {
  readonly member: string;
  readonly isRefused: boolean;
  /** Whether its own Patroni answers. */
  readonly isGoverned: boolean;
}

/** All members that are listened to and there, but the one that is judged. */
export interface Others {
  readonly count: number;
  /** Those that answer as quickly as ever: on a machine where most do not, silence means nothing. */
  readonly prompt: readonly string[];
}

/** Whether half of the others at least answer promptly. */
export function areMostPrompt({ count, prompt }: Others): boolean {
  return 2 * prompt.length >= count;
}

/**
 * Whether it helps the cluster that a member which serves nobody dies. One that refuses must hold the leader lock while its own
 * Patroni says that its PostgreSQL has failed, as where its disk is full; one that is silent while its Patroni answers is frozen only
 * if that takes it to run. Half of the others at least must answer promptly, among them who could lead in its place, or leads. Pure.
 */
export function judgeSilence(unserved: Unserved, scope: ScopeSeen, others: Others): SilenceVerdict {
  const { member } = unserved;
  const { prompt } = others;
  const leader = scope.leader?.name;
  const [witness] =
    leader === member
      ? candidatesOf(
          member,
          scope,
          scope.running.filter((name) => !prompt.includes(name)),
        )
      : prompt.filter((name) => name === leader);
  return judge(unserved, scope, areMostPrompt(others) ? witness : undefined);
}

/**
 * The same of a worker that no standby replaces, and that the cluster can do without: its copies have to be made anew, so everybody else must
 * answer promptly. Pure.
 *
 * @param coordinator Who leads the coordinators, by whose word it is judged.
 * @param workers All other workers.
 */
export function judgeLoneSilence(
  unserved: Unserved,
  scope: ScopeSeen,
  { prompt }: Others,
  { coordinator, workers }: { readonly coordinator: string | undefined; readonly workers: readonly string[] },
): SilenceVerdict {
  const isOneOnly = workers.every((name) => prompt.includes(name));
  return judge(unserved, scope, isOneOnly ? prompt.find((name) => name === coordinator) : undefined);
}

function judge(
  { member, isRefused, isGoverned }: Unserved,
  scope: ScopeSeen,
  witness: string | undefined,
): SilenceVerdict {
  if (isRefused && (scope.leader?.name !== member || !scope.failed.includes(member))) return { act: 'wait' };
  if (!isRefused && isGoverned && !scope.running.includes(member)) return { act: 'wait' };
  if (scope.isPaused) return { act: 'spare', why: 'paused' };
  return witness === undefined ? { act: 'spare', why: 'no-witness' } : { act: 'fence', witness };
}
