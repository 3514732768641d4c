import { groupsOf, type MemberSpec } from '@citus-ha/config';
import { renderMember } from '@citus-ha/emitters';
import type { ChangeLog } from './change-log.js';
import { closeEtcd } from './secure-etcd.js';
import { takeDefinition } from './take-definition.js';
import { teachLogin } from './teach-login.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { memberNamed, startMember } from '../commands/start-stop.js';
import { applyDynamicConfiguration } from '../configuration/dynamic-configuration.js';
import type { Step } from '../plan/step.js';
import { renderInput } from '../render-input.js';

/** What `up` itself does; nodes are registered by the bootstrap of `@citus-ha/citus`, which plans for itself. */
export type ExecutableStep = Exclude<Step, { readonly action: 'register' }>;

/** What may go on for several members at a time. */
const atOnce: readonly Step['action'][] = ['start', 'resume', 'stop', 'teach-login'];

/** Does these steps in their order, each of which can be repeated; what is done is noted as soon as it is. */
export async function execute(cluster: ClusterHandle, steps: readonly ExecutableStep[], log: ChangeLog): Promise<void> {
  const [first] = steps;
  if (first === undefined) return;
  cluster.signal?.throwIfAborted();
  const other = steps.findIndex(({ action }) => action !== first.action);
  const alike = atOnce.includes(first.action) ? steps.slice(0, other === -1 ? undefined : other) : [first];
  await allEnded(alike.map((step) => executeOne(cluster, step, log)));
  await execute(cluster, steps.slice(alike.length), log);
}

async function executeOne(cluster: ClusterHandle, step: ExecutableStep, log: ChangeLog): Promise<void> {
  const { runtime, dcs } = cluster;
  const { change } = log;
  switch (step.action) {
    case 'create':
      return define(cluster, memberNamed(cluster, step.member), 'created', log);
    case 'start': {
      const member = memberNamed(cluster, step.member);
      if (!isCreated(step.member, log)) await define(cluster, member, 'updated', log);
      await startMember(cluster, member);
      return change({ type: 'started', member: step.member });
    }
    case 'resume':
      await runtime.resume(step.member);
      return change({ type: 'resumed', member: step.member });
    case 'stop':
      await runtime.stop(step.member);
      return change({ type: 'stopped-stranded', members: [step.member] });
    case 'remove':
      await runtime.stop(step.member);
      await runtime.remove(step.member, { data: true });
      return change({ type: 'removed', member: step.member });
    case 'compact-etcd':
      await dcs.makeRoom({ signal: cluster.signal });
      return change({ type: 'compacted-etcd' });
    case 'close-etcd':
      return (await closeEtcd(cluster)) ? change({ type: 'closed-etcd' }) : undefined;
    case 'teach-login':
      return teachLogin(cluster, memberNamed(cluster, step.member));
    case 'reload':
    case 'restart':
      return takeDefinition(cluster, memberNamed(cluster, step.member), step.action, log);
    case 'set':
      return configure(cluster, step.group, log);
  }
}

async function define(
  cluster: ClusterHandle,
  member: MemberSpec,
  type: 'created' | 'updated',
  { change }: ChangeLog,
): Promise<void> {
  const { changed } = await cluster.runtime.create(renderMember(renderInput(cluster), member));
  if (changed) change({ type, member: member.name });
}

/** By this run, and so by its definition. */
function isCreated(name: string, { changes }: ChangeLog): boolean {
  return changes.some((change) => change.type === 'created' && change.member === name);
}

/** All of a group's settings are sent at once, by the first of its steps. */
async function configure(cluster: ClusterHandle, name: string, { change }: ChangeLog): Promise<void> {
  const members = groupsOf(cluster.spec).find((group) => group.name === name)?.members ?? [];
  if (!(await applyDynamicConfiguration(cluster, members))) return;
  change({ type: 'configured', members: members.map((member) => member.name), toStart: false });
}

/** A failure is told only once nothing is under way any more: what starts while it is removed would be left behind. */
async function allEnded(tasks: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((task) => task.status === 'rejected');
  if (failed) throw failed.reason;
}
