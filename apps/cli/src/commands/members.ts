import {
  allowLossOfStopped,
  memberNamed,
  presentMember,
  rebuildWorker,
  reinitialize,
  repairWorkers,
  restartMember,
  setMaintenance,
  startIntoService,
  stopWorker,
  type ClusterContext,
  type ClusterHandle,
  type Problem,
  type RepairEvent,
} from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { composeCluster, composeMembers } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { exitCode } from '../exit-code.js';
import { printJson, step } from '../output.js';
import { progressLine } from '../progress-line.js';

/** The commands that act on single members, or on all of them alike. */
export function memberCommands(): readonly Command[] {
  return [
    startCommand(),
    onMember(
      'stop',
      'stop a member until it is started again',
      'stopped',
      composeMembers,
      stop,
      'Clients connected to it lose their connection.',
    ),
    onMember(
      'restart',
      'restart the PostgreSQL of a member, or the whole of one without',
      'restarted',
      composeCluster,
      restartMember,
      'Clients connected to it lose their connection.',
    ),
    onMember(
      'reinit',
      'throw the data of a standby away and copy it anew from the leader',
      'copied anew',
      composeCluster,
      reinitialize,
      'Its data is removed and copied anew.',
    ),
    rebuildCommand(),
    repairCommand(),
    maintenance('pause', 'stop automatic failover: Patroni leaves PostgreSQL as it is', true),
    maintenance('resume', 'let Patroni manage PostgreSQL again', false),
  ];
}

/** A cluster whose record cannot be read has members to stop all the same. */
async function stop({ runtime }: ClusterContext, member: MemberSpec, options: CommonOptions): Promise<void> {
  const cluster = member.kind === 'worker' ? await composeCluster(options).catch(() => undefined) : undefined;
  if (cluster) return stopWorker(cluster, member, (event) => step(progressLine(event)));
  await runtime.stop(member.name);
}

function startCommand(): Command {
  return withConfirmation(onMember('start', 'start a member', 'started', composeCluster, start)).option(
    '--allow-loss',
    'let a coordinator lead without those that do not run, where etcd has lost who may',
  );
}

async function start(cluster: ClusterHandle, member: MemberSpec, options: CommonOptions & { allowLoss?: boolean }) {
  if (options.allowLoss) {
    await confirm('Lead without coordinators that do not run? What only they have is lost.', options.yes);
    await allowLossOfStopped(cluster, member);
  }
  return startIntoService(cluster, member);
}

function onMember<Cluster extends ClusterContext>(
  name: string,
  description: string,
  done: string,
  find: (options: CommonOptions) => Promise<Cluster>,
  /** Answers what is wrong with the member all the same. */
  act: (cluster: Cluster, member: MemberSpec, options: CommonOptions) => Promise<Problem | undefined | void>,
  consequence?: string,
): Command {
  const made = command(`${name} <member>`, description);
  if (consequence) withConfirmation(made);
  return made.action(async (memberName: string, options: CommonOptions) => {
    const cluster = await find(options);
    const member = await presentMember(cluster, memberName);
    if (consequence) await confirm(`${name} ${memberName}? ${consequence}`, options.yes);
    const problem = await act(cluster, member, options);
    if (options.json) printJson({ member: memberName, done, ...(problem && { problem }) });
    else step(`${memberName} ${done}`);
    if (!problem) return;
    if (!options.json) step(`${pc.yellow('problem')} ${problem.message}. ${problem.fix}`);
    process.exitCode = exitCode.degraded;
  });
}

function rebuildCommand(): Command {
  return withConfirmation(
    command('rebuild <worker>', 'make a worker anew, empty, and copy to it what the other workers have of its shards'),
  )
    .option('--allow-loss', 'also where it has the only copy of a shard')
    .action(async (name: string, options: CommonOptions & { readonly allowLoss?: boolean }) => {
      const cluster = await composeCluster(options);
      const worker = memberNamed(cluster, name);
      const loss = options.allowLoss ? ' Shards of which it has the only copy are lost for good.' : '';
      await confirm(
        `rebuild ${name}? Its data is removed; its shards are copied from other workers.${loss}`,
        options.yes,
      );
      const { copied, lost } = await rebuildWorker(cluster, worker, options);
      if (options.json) return printJson({ member: name, copied, lost });
      step(`${name} made anew, with ${copied.length > 0 ? copied.join(', ') : 'nothing to copy'}`);
      if (lost.length > 0) step(`shards are lost of ${lost.join(', ')}: restore these tables, or drop them`);
    });
}

function repairCommand(): Command {
  return command(
    'repair',
    'do without workers that are gone, take those back that serve, and copy the shards that tables lack',
  ).action(async (options: CommonOptions) => {
    const done: RepairEvent[] = [];
    const whole = await repairWorkers(await composeCluster(options), (event) => {
      done.push(event);
      step(progressLine(event));
    });
    if (options.json) printJson({ whole, done });
    else if (done.length === 0) step(whole ? 'nothing to do: every worker is in service' : 'nothing can be done now');
    if (!whole) process.exitCode = exitCode.degraded;
  });
}

function maintenance(name: string, description: string, on: boolean): Command {
  return command(name, description).action(async (options: CommonOptions) => {
    await setMaintenance(await composeCluster(options), on);
    if (options.json) printJson({ paused: on });
    else step(on ? 'automatic failover is off' : 'automatic failover is on');
  });
}
