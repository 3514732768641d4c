import { withConnection } from '@citus-ha/citus';
import { groupsOf, type MemberSpec } from '@citus-ha/config';
import { renderMember } from '@citus-ha/emitters';
import type { DynamicConfig, PatroniClient } from '@citus-ha/patroni';
import type { Preview } from '@citus-ha/runtime';
import type { ClusterRecord } from '../record/cluster-record.js';
import { configurationPatch } from '../configuration/dynamic-configuration.js';
import { inTime } from './in-time.js';
import { changesBy, type JsonObject } from '../configuration/json-patch.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { isDatabase, leaderName } from '../open-cluster.js';
import type { ConfigurationSeen, UpdatesSeen } from '../plan/plan-updates.js';
import { renderInput } from '../render-input.js';
import { isUpdateUnfinished } from '../record/unfinished.js';

/**
 * Compares what members that live have with what the spec makes of them; changes nothing.
 *
 * @param kept As the record was before this run settled it.
 */
export async function observeUpdates(
  cluster: ClusterHandle,
  kept: ClusterRecord | undefined,
  preview: Preview,
  living: readonly MemberSpec[],
): Promise<UpdatesSeen> {
  const { runtime, record } = cluster;
  const compare = async (member: MemberSpec) => ({
    name: member.name,
    kind: member.kind,
    isDatabase: isDatabase(cluster, member),
    comparison: await preview.compare(renderMember(renderInput(cluster), member)),
  });
  const [members, unfinished, leader] = await Promise.all([
    Promise.all(living.map(compare)),
    isUpdateUnfinished(runtime.store),
    inTime(leaderName(cluster), cluster.answerMs).catch(() => undefined),
  ]);
  return { members, leader, unfinished, passwordIsNew: record.secrets.superuser !== kept?.secrets.superuser };
}

/**
 * What Patroni's dynamic configuration lacks, group by group.
 *
 * @param ask Answers the configuration that these Patronis have; without an answer their group is left out.
 */
export async function observeConfigurations(
  cluster: ClusterHandle,
  asked: readonly MemberSpec[],
  ask: (clients: readonly PatroniClient[]) => Promise<DynamicConfig | undefined>,
): Promise<readonly ConfigurationSeen[]> {
  const seen = groupsOf(cluster.spec).map(async ({ name: group, members }) => {
    const answering = members.filter(({ name }) => asked.some((one) => one.name === name));
    const [member] = answering;
    if (member === undefined) return [];
    const current = (await ask(answering.map(({ name }) => cluster.patroni(name)))) as JsonObject | undefined;
    const patch = current && configurationPatch(cluster, member, current);
    if (!patch) return [];
    const takenAtStart = await inTime(askTakenAtStart(cluster, answering, patch), cluster.answerMs).catch(() => []);
    return [{ group, current, patch, takenAtStart }];
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
      { timeoutMs: cluster.answerMs, statementTimeoutMs: cluster.answerMs },
    );
  return (await Promise.any(asked.map(ask))).map(({ name }) => name);
}

const takenAtStartSql = `
SELECT lower(name) AS name FROM pg_settings WHERE context = 'postmaster' AND lower(name) = ANY($1)`;
