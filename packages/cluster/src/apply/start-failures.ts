import { CodedError, FatalProbeError, currentClock } from '@citus-ha/core';

/** What Patroni says of a PostgreSQL that ended as soon as it was started, or has ended since. */
export const notStarting = ['start failed', 'crashed'];

/** How long a PostgreSQL must not start until it is said not to, and how long after a failure it is still taken to fail. */
const sureAfterMs = 15_000;
const forgottenAfterMs = 5_000;

/**
 * Remembers whose PostgreSQL ends as soon as it is started. Patroni, which starts it again and again, calls it "starting" most of
 * the time, as it does one that recovers from a crash.
 */
export class StartFailures {
  readonly #seen = new Map<string, { readonly first: number; readonly last: number }>();

  /** @param now in ms, of any clock that never goes back. */
  note(failing: readonly string[], now: number): void {
    for (const [name, { last }] of this.#seen) if (now - last > forgottenAfterMs) this.#seen.delete(name);
    for (const name of failing) this.#seen.set(name, { first: this.#seen.get(name)?.first ?? now, last: now });
  }

  forget(): void {
    this.#seen.clear();
  }

  goesOn(name: string): boolean {
    const seen = this.#seen.get(name);
    return seen !== undefined && seen.last - seen.first >= sureAfterMs;
  }
}

export function startFailed({
  name,
  group = 0,
}: {
  readonly name: string;
  readonly group?: number | undefined;
}): CodedError {
  return new CodedError('START_FAILED', `PostgreSQL of ${name} does not start`, {
    member: name,
    fix: `Mend what it says. A parameter that was set by hand is unset by \`citus-ha config edit --group ${group} --set postgresql.parameters.NAME=\`.`,
  });
}

/** For a wait for one member: is told each state that is seen of it. @throws FatalProbeError of `START_FAILED` once that goes on. */
export function refuseStartFailure(member: Parameters<typeof startFailed>[0]): (state: string | undefined) => void {
  const failures = new StartFailures();
  return (state = '') => {
    failures.note(notStarting.includes(state) ? [member.name] : [], currentClock().now());
    if (failures.goesOn(member.name)) throw new FatalProbeError(startFailed(member));
  };
}
