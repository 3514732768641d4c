import { withConnection } from '@citus-ha/citus';
import { databaseMembers } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import { parametersOf, renderedConfiguration } from './dynamic-configuration.js';
import { inTime } from '../observe/in-time.js';
import type { ClusterHandle } from '../cluster-handle.js';
import type { SettingInForce } from './same-setting.js';
import { settingProblems, watchedParameters, type SettingsOwner } from './settings-in-force.js';
import type { MemberStatus, Problem } from '../status/status.js';

/** What running members have in force, by name; `undefined` of those that do not answer in time. */
export type SettingsSeen = ReadonlyMap<string, readonly SettingInForce[] | undefined>;

/** Asked of every member that has an address at the same time. */
export async function readSettings(
  cluster: ClusterHandle,
  processes: Promise<readonly Member[]>,
): Promise<SettingsSeen> {
  const asked = databaseMembers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const answers = asked.map(
    async ({ name }) =>
      [name, await inTime(askSettings(cluster, name), cluster.answerMs).catch(() => undefined)] as const,
  );
  const running = (await processes).filter(({ state }) => state === 'running').map(({ name }) => name);
  return new Map((await Promise.all(answers)).filter(([name]) => running.includes(name)));
}

function askSettings(cluster: ClusterHandle, name: string): Promise<readonly SettingInForce[]> {
  return withConnection(
    cluster.sql(name),
    async (client) => (await client.query<SettingInForce>(settingsSql, [watchedParameters(cluster.spec)])).rows,
    { timeoutMs: cluster.answerMs, statementTimeoutMs: cluster.answerMs },
  );
}

const settingsSql = `
SELECT name, setting, unit, vartype, source, sourcefile, context, pending_restart AS "pendingRestart"
FROM pg_settings WHERE lower(name) = ANY($1)`;

/** What is wrong with what was seen. */
export function problemsOfSettings(
  cluster: ClusterHandle,
  members: readonly MemberStatus[],
  seen: SettingsSeen,
): readonly Problem[] {
  return members.flatMap(({ name, group, pendingRestart }) => {
    const rows = seen.get(name);
    if (rows === undefined) return [];
    const owner = { name, group, pendingRestart, rendered: renderedParameters(cluster, group) };
    return settingProblems(cluster.spec, owner, rows);
  });
}

function renderedParameters(cluster: ClusterHandle, group: number | null): SettingsOwner['rendered'] {
  return parametersOf(renderedConfiguration(cluster, group ?? 0)) as SettingsOwner['rendered'];
}
