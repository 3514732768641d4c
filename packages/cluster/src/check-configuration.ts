import type { ClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { isObject, type Json, type JsonObject } from './json-patch.js';

/** What Patroni takes in its dynamic configuration (Patroni manual, "Dynamic configuration settings"). */
const knownKeys =
  'ttl loop_wait retry_timeout maximum_lag_on_failover maximum_lag_on_syncnode max_timelines_history primary_start_timeout ' +
  'primary_stop_timeout synchronous_mode synchronous_mode_strict synchronous_node_count failsafe_mode check_timeline pause ' +
  'postgresql standby_cluster slots ignore_slots member_slots_ttl';

/** Keys that cluster.yaml decides, and the key there: the next `up` would set them again. */
const ownedKeys: Readonly<Record<string, string>> = {
  ttl: 'timings.ttl',
  loop_wait: 'timings.loopWait',
  retry_timeout: 'timings.retryTimeout',
  synchronous_mode: 'durability',
  synchronous_mode_strict: 'durability',
};

const ownedParameters: Readonly<Record<string, string>> = {
  max_connections: 'postgres.maxConnections',
  'citus.shard_count': 'shards.count',
  'citus.shard_replication_factor': 'shards.replicationFactor',
};

/**
 * Checks an edited dynamic configuration before it is sent.
 *
 * @throws CodedError `CONFIG_INVALID` naming every unknown key, and every changed key that cluster.yaml decides.
 */
export function checkConfiguration(spec: ClusterSpec, current: JsonObject, edited: JsonObject): void {
  const problems = [
    ...Object.keys(edited)
      .filter((key) => !knownKeys.split(' ').includes(key))
      .map((key) => `${key}: Patroni knows no such key`),
    ...changedOf(ownedKeys, current, edited),
    ...changedOf(ownedParameters, parametersOf(current), parametersOf(edited)),
  ];
  if (problems.length === 0) return;
  throw new CodedError('CONFIG_INVALID', problems.join('\n'), {
    blame: 'user',
    fix: `Keys that Patroni knows: ${knownKeys}. What the cluster.yaml of ${spec.name} decides is changed there, by \`citus-ha up\`.`,
  });
}

function changedOf(
  owned: Readonly<Record<string, string>>,
  current: JsonObject,
  edited: JsonObject,
): readonly string[] {
  return Object.entries(owned)
    .filter(([key]) => JSON.stringify(current[key]) !== JSON.stringify(edited[key]))
    .map(([key, place]) => `${key}: cluster.yaml decides it, as ${place}`);
}

function parametersOf(configuration: JsonObject): JsonObject {
  const postgresql: Json | undefined = configuration['postgresql'];
  const parameters = isObject(postgresql) ? postgresql['parameters'] : undefined;
  return isObject(parameters) ? parameters : {};
}
