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
  | 'witness-unsure';

export type SilenceVerdict =
  | { readonly act: 'fence'; readonly witness: string }
  | { readonly act: 'spare'; readonly why: Spared };

/**
 * Whether it helps the cluster that a silent member dies. Pure.
 *
 * @param prompt Members that answer as quickly as ever: on a machine where nobody does, silence means nothing.
 */
export function judgeSilence(member: string, scope: ScopeSeen, prompt: readonly string[]): SilenceVerdict {
  if (scope.isPaused) return { act: 'spare', why: 'paused' };
  const leader = scope.leader?.name;
  const [witness] =
    leader === member
      ? candidatesOf(
          member,
          scope,
          scope.running.filter((name) => !prompt.includes(name)),
        )
      : prompt.filter((name) => name === leader);
  return witness === undefined ? { act: 'spare', why: 'no-witness' } : { act: 'fence', witness };
}
