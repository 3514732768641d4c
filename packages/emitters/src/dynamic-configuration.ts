import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { postgresParameters } from './postgres-parameters.js';
import type { RenderInput } from './rendering.js';

const patroniDefaults = { ttlMs: 30_000, loopWaitMs: 10_000, retryTimeoutMs: 10_000 } as const;
const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/**
 * Patroni's dynamic configuration of the member's Patroni cluster: goes into `bootstrap.dcs`, and may be sent to `/config`
 * of a running one. Every key is always there, so that a PATCH also turns off what an earlier spec had turned on. Citus
 * settings are in it because `ALTER SYSTEM` on the leader would not survive a failover.
 */
export function dynamicConfiguration(input: RenderInput, member: MemberSpec): Readonly<Record<string, unknown>> {
  const { timings } = input.spec;
  return {
    ttl: seconds(timings.ttlMs),
    loop_wait: seconds(timings.loopWaitMs),
    retry_timeout: seconds(timings.retryTimeoutMs),
    failsafe_mode: true,
    ...(member.kind === 'coordinator' ? failoverRules(input) : {}),
    postgresql: {
      use_pg_rewind: true,
      use_slots: true,
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
      parameters: postgresParameters(input, member),
    },
  };
}

/** What only matters where there is someone to fail over to. */
function failoverRules({ spec, site }: RenderInput) {
  const quorum = spec.coordinators.count >= 3 && Number.parseInt(site.versions.patroni, 10) >= 4;
  return {
    primary_start_timeout: hasPatroniDefaults(spec) ? 300 : 0,
    synchronous_mode: spec.durability === 'async' ? false : quorum ? 'quorum' : true,
    synchronous_mode_strict: spec.durability === 'strict',
    // A synchronous standby has every acknowledged write, however much WAL of a bulk load it lacks; only an asynchronous
    // one is to be kept from leading.
    maximum_lag_on_failover: spec.durability === 'async' ? mebibyte : gibibyte,
  };
}

/** Whether a leader that crashed is started in place, as with Patroni's own settings, instead of another one leading. */
export function hasPatroniDefaults({ timings }: Pick<ClusterSpec, 'timings'>): boolean {
  return Object.entries(patroniDefaults).every(([key, ms]) => timings[key as keyof typeof patroniDefaults] === ms);
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
