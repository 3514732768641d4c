import { etcdMembers, groupsOf, workers } from '@citus-ha/config';
import { CodedError, currentClock } from '@citus-ha/core';
import type { Preview } from '@citus-ha/runtime';
import { bootstrapNodes } from './bootstrap-nodes.js';
import type { ChangeLog } from './change-log.js';
import { electLeaders } from './elect-leaders.js';
import { execute } from './execute.js';
import { allowLoss } from './turns.js';
import { loopMs, waitForConfiguration, waitForEtcd, waitForService } from './wait-for-service.js';
import { whileRunning } from './while-running.js';
import { resumePoolers } from '../commands/pause-poolers.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { askConfiguration } from '../configuration/dynamic-configuration.js';
import { refuseParameters } from '../configuration/refuse-parameters.js';
import { whileDataIsThere } from '../observe/lost-data.js';
import { dismissedMembers, membersHere } from '../members-here.js';
import { observeEtcd } from '../observe/observe-etcd.js';
import { observeConfigurations, observeUpdates } from '../observe/observe-updates.js';
import { waitForStranded } from '../observe/stranded-members.js';
import { isLiving } from '../plan/plan-lives.js';
import { planCluster, type ClusterSeen, type Plan } from '../plan/plan-cluster.js';
import { whileUpdating } from '../record/unfinished.js';
import type { ClusterRecord } from '../record/cluster-record.js';

export interface ConvergeOptions {
  /** The record before this run settled it. */
  readonly kept: ClusterRecord | undefined;
  readonly allowLoss: boolean;
  /** Whether PostgreSQL was asked already whether it takes the parameters of the spec. */
  readonly isJudged: boolean;
  readonly log: ChangeLog;
}

/**
 * Brings a cluster to its spec, stage by stage: each waits until what it plans by can be seen, looks, and does what is missing.
 * The next run goes on from wherever one ends.
 */
export async function converge(cluster: ClusterHandle, options: ConvergeOptions): Promise<void> {
  await runMembers(cluster, options);
  const names = membersHere(cluster).map(({ name }) => name);
  await whileRunning(cluster, names, (signal) => bringIntoService({ ...cluster, signal }, options));
}

/** Until every member runs by its definition. */
async function runMembers(cluster: ClusterHandle, { kept, log, ...options }: ConvergeOptions): Promise<void> {
  const { runtime, spec } = cluster;
  const wanted = membersHere(cluster);
  const plan = (seen: Omit<ClusterSeen, 'wanted'>): Plan => planCluster({ wanted, ...seen });

  const members = await runtime.members();
  await execute(cluster, plan({ members }).foundation, log);
  const ofEtcd = etcdMembers(spec).map(({ name }) => name);
  await whileRunning(cluster, ofEtcd, (signal) => waitForEtcd({ ...cluster, signal }, 'majority'));

  const living = members.filter(isLiving).map(({ name }) => name);
  const etcd = await observeEtcd(cluster, living, waitForStranded);
  await execute(cluster, plan({ etcd }).etcd, log);
  if (options.allowLoss) await allowLoss(cluster, []);
  const now = await runtime.members();
  await execute(cluster, plan({ members: now, dismissed: dismissedMembers(cluster, now) }).lives, log);

  // A sentinel may have begun the life of one meanwhile, by its old definition.
  const begun = log.changes.flatMap((change) => (change.type === 'started' ? [change.member] : []));
  const lives = now.filter((member) => isLiving(member) && !begun.includes(member.name)).map(({ name }) => name);
  const goOn = wanted.filter(({ name }) => lives.includes(name));
  const updates = await observeUpdates(cluster, kept, await previewOf(cluster), goOn);
  const { takes } = plan({ etcd, updates });
  if (takes.length === 0 && !updates.unfinished) return;
  await whileUpdating(runtime.store, () => execute(cluster, takes, log));
}

/** What `prepare` has just settled can be compared, unless its programs are gone since. */
async function previewOf({ runtime, spec }: ClusterHandle): Promise<Preview> {
  const preview = await runtime.preview(spec);
  if (preview) return preview;
  throw new CodedError('PROGRAM_MISSING', 'The programs of the members went away while they were brought up', {
    fix: 'Run `citus-ha up` again.',
  });
}

/** From members that run to a cluster that takes writes. */
async function bringIntoService(cluster: ClusterHandle, { isJudged, log }: ConvergeOptions): Promise<void> {
  const { spec, signal, onEvent } = cluster;
  const wanted = membersHere(cluster);
  onEvent?.({ type: 'waiting-for-leaders' });
  const groups = groupsOf(spec).map(({ members }) => members);
  const [leader] = await whileDataIsThere(cluster, workers(spec), (soon) =>
    electLeaders({ ...cluster, signal: soon }, groups, log),
  );
  if (leader && !isJudged) await refuseParameters(cluster, leader.name);
  await waitForConfiguration(cluster);

  const configurations = await observeConfigurations(cluster, wanted, (clients) => askConfiguration(cluster, clients));
  const { settings } = planCluster({ wanted, configurations });
  await execute(cluster, settings, log);
  // Only at its next loop does Patroni know which settings need a restart.
  if (settings.length > 0) await currentClock().sleep(spec.timings.loopWaitMs + loopMs, signal);

  log.changes.push(...(await bootstrapNodes(cluster)).map((step) => ({ type: 'bootstrap', step }) as const));
  await resumePoolers(cluster);
  onEvent?.({ type: 'waiting-for-service' });
  await waitForService(cluster, { isConfigured: settings.length > 0 });
}
