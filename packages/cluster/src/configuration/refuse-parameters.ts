import { databaseMembers, type MemberSpec, type ParameterValue } from '@citus-ha/config';
import { checkConfiguration } from './check-configuration.js';
import { parametersOf, readConfiguration, renderedConfiguration } from './dynamic-configuration.js';
import type { JsonObject } from './json-patch.js';
import { judgeParameters } from './judge-parameters.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { runningMembers } from '../commands/start-stop.js';

/**
 * Refuses what PostgreSQL refuses of cluster.yaml, where a server runs.
 *
 * @param asked the member whose program is asked; the first that runs, unless told.
 * @returns Whether one could be asked.
 * @throws CodedError as {@link judgeParameters} does.
 */
export async function refuseParameters(cluster: ClusterHandle, asked?: string): Promise<boolean> {
  const member = asked ?? (await oneThatRuns(cluster, databaseMembers(cluster.spec)));
  if (member === undefined) return false;
  await judgeParameters(cluster, member, cluster.spec.postgres.parameters, {
    place: 'postgres.parameters',
    fix: 'Correct it in cluster.yaml; no server was given it.',
  });
  return true;
}

/**
 * Refuses an edited dynamic configuration of a group before it is sent.
 *
 * @throws CodedError as {@link checkConfiguration} and {@link judgeParameters} do.
 */
export async function refuseEdit(
  cluster: ClusterHandle,
  group: number,
  current: JsonObject,
  edited: JsonObject,
): Promise<void> {
  checkConfiguration(cluster.spec, renderedConfiguration(cluster, group), current, edited);
  const members = databaseMembers(cluster.spec).filter((member) => member.group === group);
  const member = await oneThatRuns(cluster, members);
  if (member === undefined) return;
  await judgeParameters(cluster, member, parametersBeside(current, edited), {
    place: 'postgresql.parameters',
    fix: 'Correct it; no server was given it.',
  });
}

/**
 * Refuses to restart a member into what somebody has written into Patroni's dynamic configuration past citus-ha, as far as it
 * can be read.
 *
 * @throws CodedError as {@link judgeParameters} does.
 */
export async function refuseRestart(cluster: ClusterHandle, { name, group = 0 }: MemberSpec): Promise<void> {
  const configuration = await readConfiguration(cluster, group).catch((): JsonObject => ({}));
  const foreign = parametersBeside(renderedConfiguration(cluster, group), configuration);
  await judgeParameters(cluster, name, foreign, {
    place: 'postgresql.parameters',
    fix: `It was not restarted. Unset it: \`citus-ha config edit --group ${group} --set postgresql.parameters.NAME=\`.`,
  });
}

async function oneThatRuns(cluster: ClusterHandle, members: readonly MemberSpec[]): Promise<string | undefined> {
  const running = await runningMembers(cluster);
  return members.find(({ name }) => running.includes(name))?.name;
}

/** Of `configuration`, those that `other` does not have so. */
function parametersBeside(other: JsonObject, configuration: JsonObject): Readonly<Record<string, ParameterValue>> {
  const known = parametersOf(other);
  return Object.fromEntries(
    Object.entries(parametersOf(configuration)).flatMap(([name, value]) =>
      value === null || typeof value === 'object' || value === known[name] ? [] : [[name, value] as const],
    ),
  );
}
