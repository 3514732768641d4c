import { withConnection } from '@citus-ha/citus';
import { groupsOf, type MemberSpec } from '@citus-ha/config';
import { renderMember } from '@citus-ha/emitters';
import { settleRecord, type ClusterRecord } from '../record/cluster-record.js';
import type { ClusterContext } from '../context.js';
import { configurationPatch } from '../configuration/dynamic-configuration.js';
import { inTime, questionMs } from './in-time.js';
import { changesBy, type JsonObject } from '../configuration/json-patch.js';
import { isDatabase } from '../commands/maintain.js';
import { clusterHandle, type ClusterHandle } from '../cluster-handle.js';
import type { ConfigurationSeen, UpdatesSeen } from '../plan/plan-updates.js';
import { renderInput } from '../render-input.js';
import { passwordTrial } from './try-password.js';
import { isUpdateUnfinished, leaderName } from '../apply/update-members.js';

/** Compares what members that live have with what the spec makes of them; changes nothing. `undefined` where that is not known. */
export async function observeUpdates(
  context: ClusterContext,
  kept: ClusterRecord,
  living: readonly MemberSpec[],
): Promise<UpdatesSeen | undefined> {
  const { spec, runtime } = context;
  const preview = await runtime.preview(spec);
  if (preview === undefined) return undefined;
  const { site } = preview;
  const record = await settleRecord(spec, site, kept, passwordTrial(context, site, kept));
  const cluster = clusterHandle(context, { site, record });
  const compare = async (member: MemberSpec) => ({
    name: member.name,
    isDatabase: isDatabase(cluster, member),
    comparison: await preview.compare(renderMember(renderInput(cluster), member)),
  });
  const [members, configurations, unfinished, leader] = await Promise.all([
    Promise.all(living.map(compare)),
    observeConfigurations(cluster, living),
    isUpdateUnfinished(runtime.store),
    inTime(leaderName(cluster)).catch(() => undefined),
  ]);
  return {
    members,
    leader,
    configurations,
    unfinished,
    passwordIsNew: record.secrets.superuser !== kept.secrets.superuser,
  };
}

async function observeConfigurations(
  cluster: ClusterHandle,
  living: readonly MemberSpec[],
): Promise<readonly ConfigurationSeen[]> {
  const names = living.map(({ name }) => name);
  const seen = groupsOf(cluster.spec).map(async ({ name: group, members }) => {
    const asked = members.filter(({ name }) => names.includes(name));
    const configs = asked.map(({ name }) => cluster.patroni(name).config());
    const current = await inTime(Promise.any(configs)).catch(() => undefined);
    const [member] = members;
    const patch = member && current && configurationPatch(cluster, member, current as JsonObject);
    if (!patch) return [];
    const takenAtStart = await inTime(askTakenAtStart(cluster, asked, patch)).catch(() => []);
    return [{ group, current: current as JsonObject, patch, takenAtStart }];
  });
  return (await Promise.all(seen)).flat();
}

/** Of the parameters that a patch changes. */
async function askTakenAtStart(
  cluster: ClusterHandle,
  asked: readonly MemberSpec[],
  patch: JsonObject,
): Promise<readonly string[]> {
  const names = changesBy(patch, {}).map(({ path }) => path.slice(2).join('.').toLowerCase());
  const ask = async ({ name }: MemberSpec) =>
    withConnection(
      cluster.sql(name),
      async (client) => (await client.query<{ name: string }>(takenAtStartSql, [names])).rows,
      { timeoutMs: questionMs, statementTimeoutMs: questionMs },
    );
  return (await Promise.any(asked.map(ask))).map(({ name }) => name);
}

const takenAtStartSql = `
SELECT lower(name) AS name FROM pg_settings WHERE context = 'postmaster' AND lower(name) = ANY($1)`;
