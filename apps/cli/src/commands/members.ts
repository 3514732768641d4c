import {
  memberNamed,
  reinitialize,
  restartMember,
  setMaintenance,
  startIntoService,
  stopMember,
  type OpenCluster,
  type Problem,
} from '@citus-ha/cluster';
import type { MemberSpec } from '@citus-ha/config';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { exitCode } from '../exit-code.js';
import { printJson, step } from '../output.js';

/** The commands that act on single members, or on all of them alike. */
export function memberCommands(): readonly Command[] {
  return [
    onMember('start', 'start a member', 'started', startIntoService),
    onMember(
      'stop',
      'stop a member until it is started again',
      'stopped',
      stopMember,
      'Clients connected to it lose their connection.',
    ),
    onMember(
      'restart',
      'restart the PostgreSQL of a member, or the whole of one without',
      'restarted',
      restartMember,
      'Clients connected to it lose their connection.',
    ),
    onMember(
      'reinit',
      'throw the data of a standby away and copy it anew from the leader',
      'copied anew',
      reinitialize,
      'Its data is removed and copied anew.',
    ),
    maintenance('pause', 'stop automatic failover: Patroni leaves PostgreSQL as it is', true),
    maintenance('resume', 'let Patroni manage PostgreSQL again', false),
  ];
}

function onMember(
  name: string,
  description: string,
  done: string,
  /** Answers what is wrong with the member all the same. */
  act: (cluster: OpenCluster, member: MemberSpec) => Promise<Problem | undefined | void>,
  consequence?: string,
): Command {
  const made = command(`${name} <member>`, description);
  if (consequence) withConfirmation(made);
  return made.action(async (memberName: string, options: CommonOptions) => {
    const cluster = await composeCluster(options);
    const member = memberNamed(cluster, memberName);
    if (consequence) await confirm(`${name} ${memberName}? ${consequence}`, options.yes);
    const problem = await act(cluster, member);
    if (options.json) printJson({ member: memberName, done, ...(problem && { problem }) });
    else step(`${memberName} ${done}`);
    if (!problem) return;
    if (!options.json) step(`${pc.yellow('problem')} ${problem.message}. ${problem.fix}`);
    process.exitCode = exitCode.degraded;
  });
}

function maintenance(name: string, description: string, on: boolean): Command {
  return command(name, description).action(async (options: CommonOptions) => {
    await setMaintenance(await composeCluster(options), on);
    if (options.json) printJson({ paused: on });
    else step(on ? 'automatic failover is off' : 'automatic failover is on');
  });
}
