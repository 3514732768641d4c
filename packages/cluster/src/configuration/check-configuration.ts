import { managedParameters, unsafeParameters, type ClusterSpec, type ParameterValue } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { parametersOf } from './dynamic-configuration.js';
import { isObject, type Json, type JsonObject } from './json-patch.js';

type Kind = 'a number' | 'true or false' | 'a mapping' | 'a list' | 'anything';

/** What Patroni takes in its dynamic configuration (Patroni manual, "Dynamic configuration settings"), and of what kind. */
const kinds: Readonly<Record<string, Kind>> = {
  ttl: 'a number',
  loop_wait: 'a number',
  retry_timeout: 'a number',
  maximum_lag_on_failover: 'a number',
  maximum_lag_on_syncnode: 'a number',
  max_timelines_history: 'a number',
  primary_start_timeout: 'a number',
  primary_stop_timeout: 'a number',
  synchronous_mode: 'anything',
  synchronous_mode_strict: 'true or false',
  synchronous_node_count: 'a number',
  failsafe_mode: 'true or false',
  check_timeline: 'true or false',
  pause: 'true or false',
  postgresql: 'a mapping',
  standby_cluster: 'a mapping',
  slots: 'a mapping',
  ignore_slots: 'a list',
  member_slots_ttl: 'anything',
};

/** Where cluster.yaml says what citus-ha writes; what is not here follows from other keys, or is always so. */
const places: Readonly<Record<string, string>> = {
  ttl: 'timings.ttl',
  loop_wait: 'timings.loopWait',
  retry_timeout: 'timings.retryTimeout',
  synchronous_mode: 'durability',
  synchronous_mode_strict: 'durability',
};

/** What each member's own patroni.yml says, which Patroni puts before the dynamic configuration. */
const ofMembers = [
  'listen',
  'connect_address',
  'bin_dir',
  'data_dir',
  'pgpass',
  'authentication',
  'basebackup',
  'callbacks',
  'pg_hba',
  'pg_ident',
];

const refused: Readonly<Record<string, string>> = {
  pause: 'use `citus-ha pause` and `citus-ha resume`, which tell every group',
  standby_cluster: 'the cluster would take no more writes',
};

/**
 * Checks an edited dynamic configuration before it is sent. `rendered` is what `up` would write, over which it may not go.
 *
 * @throws CodedError `CONFIG_INVALID` naming every key that is unknown, of a wrong kind, or not to be changed here.
 */
export function checkConfiguration(
  spec: ClusterSpec,
  rendered: JsonObject,
  current: JsonObject,
  edited: JsonObject,
): void {
  const problems = [
    ...Object.entries(edited).flatMap(([key, value]) => keyProblem(key, value)),
    ...ownedProblems(rendered, current, edited),
    ...parameterProblems(spec, parametersOf(rendered), parametersOf(current), parametersOf(edited)),
  ];
  if (problems.length === 0) return;
  throw new CodedError('CONFIG_INVALID', problems.join('\n'), {
    blame: 'user',
    fix: `Keys that Patroni knows: ${Object.keys(kinds).join(' ')}. What the cluster.yaml of ${spec.name} decides is changed there, by \`citus-ha up\`.`,
  });
}

function keyProblem(key: string, value: Json): readonly string[] {
  const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  if (kind === undefined) return [`${key}: Patroni knows no such key`];
  return isOfKind(value, kind) ? [] : [`${key}: ${JSON.stringify(value)} is not ${kind}`];
}

function isOfKind(value: Json, kind: Kind): boolean {
  if (kind === 'a number') return typeof value === 'number';
  if (kind === 'true or false') return typeof value === 'boolean';
  if (kind === 'a mapping') return isObject(value);
  return kind === 'anything' || Array.isArray(value);
}

function ownedProblems(rendered: JsonObject, current: JsonObject, edited: JsonObject): readonly string[] {
  const { postgresql, ...top } = rendered;
  const { parameters: _, ...ofPostgres } = isObject(postgresql) ? postgresql : {};
  return [
    ...changedOf(Object.keys(top), current, edited).map((key) => `${key}: ${reasonFor(key)}`),
    ...changedOf(Object.keys(refused), current, edited).map((key) => `${key}: ${refused[key]}`),
    ...changedOf(Object.keys(ofPostgres), postgresqlOf(current), postgresqlOf(edited)).map(
      (key) => `postgresql.${key}: ${reasonFor(key)}`,
    ),
    ...changedOf(ofMembers, postgresqlOf(current), postgresqlOf(edited)).map(
      (key) => `postgresql.${key}: it would have no effect: every member's own file says it, which \`up\` writes`,
    ),
  ];
}

function reasonFor(key: string): string {
  const place = Object.hasOwn(places, key) ? places[key] : undefined;
  return place === undefined ? 'citus-ha decides it' : `cluster.yaml decides it, as ${place}`;
}

function parameterProblems(
  spec: ClusterSpec,
  rendered: JsonObject,
  current: JsonObject,
  edited: JsonObject,
): readonly string[] {
  const changed = changedOf([...Object.keys(current), ...Object.keys(edited)], current, edited);
  return [
    ...changed.flatMap((name) => {
      if (Object.hasOwn(managedParameters, name)) return [`${name}: ${managedParameters[name]} in cluster.yaml`];
      if (Object.hasOwn(rendered, name)) return [`${name}: cluster.yaml decides it, as postgres.parameters.${name}`];
      return [];
    }),
    ...unsafeParameters(spec, scalarsOf(edited, changed)).map(
      ({ name, value, message }) => `${name}: ${JSON.stringify(value)}: ${message}; or list it under postgres.unsafe`,
    ),
  ];
}

function scalarsOf(parameters: JsonObject, names: readonly string[]): Readonly<Record<string, ParameterValue>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = parameters[name];
      return value === undefined || value === null || typeof value === 'object' ? [] : [[name, value]];
    }),
  );
}

function changedOf(keys: readonly string[], current: JsonObject, edited: JsonObject): readonly string[] {
  return [...new Set(keys)].filter((key) => JSON.stringify(current[key]) !== JSON.stringify(edited[key]));
}

function postgresqlOf({ postgresql }: JsonObject): JsonObject {
  return isObject(postgresql) ? postgresql : {};
}
