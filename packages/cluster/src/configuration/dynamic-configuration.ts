import { databaseMembers, groupsOf, type MemberSpec } from '@citus-ha/config';
import { CodedError, mergePatch } from '@citus-ha/core';
import { dynamicConfiguration } from '@citus-ha/emitters';
import { parametersSet } from '@citus-ha/layout';
import type { PatroniClient } from '@citus-ha/patroni';
import { firstAnswer } from '../observe/first-answer.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { clientsTo } from '../open-cluster.js';
import { isObject, patchBetween, type JsonObject } from './json-patch.js';
import { renderInput } from '../render-input.js';

/** `up` has time: Patroni is being reconfigured or started while it asks. */
const upMs = 30_000;
const commandMs = 5_000;

/** Brings Patroni's dynamic configuration of one group in line with the spec; answers whether anything differed. */
export async function applyDynamicConfiguration(
  cluster: ClusterHandle,
  group: readonly MemberSpec[],
): Promise<boolean> {
  const [member] = group;
  if (!member) return false;
  const clients = group.map(({ name }) => cluster.patroni(name));
  const patch = configurationPatch(cluster, member, await askConfiguration(cluster, clients));
  if (patch === undefined) return false;
  await firstAnswer(clients, (client) => client.patchConfig(patch), { timeoutMs: upMs, signal: cluster.signal });
  return true;
}

/** As soon as one of these answers. */
export async function askConfiguration(
  { signal }: Pick<ClusterHandle, 'signal'>,
  clients: readonly PatroniClient[],
): Promise<JsonObject> {
  return (await firstAnswer(clients, (client) => client.config(), { timeoutMs: upMs, signal })) as JsonObject;
}

/** What has to change in the dynamic configuration of a member's group for it to be in line with the spec. */
export function configurationPatch(
  cluster: ClusterHandle,
  member: MemberSpec,
  current: JsonObject,
): JsonObject | undefined {
  const before = withoutParameters(current, parametersSet(cluster.record));
  return patchBetween(current, mergePatch(before, rendered(cluster, member)));
}

/** What `up` writes into the dynamic configuration of a group. */
export function renderedConfiguration(cluster: ClusterHandle, group: number): JsonObject {
  const member = databaseMembers(cluster.spec).find((one) => one.group === group);
  if (!member) throw unknownGroup();
  return rendered(cluster, member);
}

function rendered(cluster: ClusterHandle, member: MemberSpec): JsonObject {
  return dynamicConfiguration(renderInput(cluster), member) as JsonObject;
}

/** The PostgreSQL parameters that a configuration sets. */
export function parametersOf({ postgresql }: JsonObject): JsonObject {
  const parameters = isObject(postgresql) ? postgresql['parameters'] : undefined;
  return isObject(parameters) ? parameters : {};
}

/** A configuration in which nothing sets these PostgreSQL parameters. */
export function withoutParameters(configuration: JsonObject, names: readonly string[]): JsonObject {
  const parameters = Object.fromEntries(names.map((name) => [name, null]));
  return mergePatch(configuration, { postgresql: { parameters } });
}

/** Patroni's dynamic configuration of a group: 0 for the coordinators, a worker's number for that worker. */
export async function readConfiguration(cluster: ClusterHandle, group: number): Promise<JsonObject> {
  const options = { timeoutMs: commandMs, signal: cluster.signal };
  return (await firstAnswer(clientsOf(cluster, group), (client) => client.config(), options)) as JsonObject;
}

/** Merges a patch into the dynamic configuration of a group. */
export async function patchConfiguration(cluster: ClusterHandle, group: number, patch: JsonObject): Promise<void> {
  const options = { timeoutMs: commandMs, signal: cluster.signal };
  await firstAnswer(clientsOf(cluster, group), (client) => client.patchConfig(patch), options);
}

function clientsOf(cluster: ClusterHandle, group: number): readonly PatroniClient[] {
  const found = groupsOf(cluster.spec).find((one) => one.group === group);
  if (!found) throw unknownGroup();
  return clientsTo(cluster, found.members);
}

function unknownGroup(): CodedError {
  return new CodedError('GROUP_UNKNOWN', 'There is no such group', {
    blame: 'user',
    fix: 'Name 0 for the coordinators, or the number of a worker.',
  });
}
