import { setInterval } from 'node:timers/promises';
import { readStatus, whyUnknown, type ClusterStatus } from '@citus-ha/cluster';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { exitCode } from '../exit-code.js';
import { interruption } from '../interrupt.js';
import { wholeNumber } from '../options.js';
import { print, printJson, printTable } from '../output.js';

const watchIntervalMs = 2_000;

export function statusCommand(): Command {
  return command('status', 'show members, nodes, redundancy and problems')
    .option('-w, --watch', 'show it again every 2 s until Ctrl-C')
    .option('--timeout <ms>', 'after which an answer is late', wholeNumber('--timeout'), 1500)
    .action(async (options: CommonOptions & { watch?: boolean; timeout: number }) => {
      const cluster = { ...(await composeCluster(options)), answerMs: options.timeout };
      const show = async () => {
        const status = await readStatus(cluster);
        if (options.watch && process.stdout.isTTY) print('\u001b[2J\u001b[H');
        if (options.json) printJson(status);
        else printStatus(status);
        process.exitCode = status.healthy ? exitCode.done : exitCode.degraded;
      };
      await show();
      if (!options.watch) return;
      for await (const _ of setInterval(watchIntervalMs, undefined, { signal: interruption() })) await show();
    });
}

function printStatus(status: ClusterStatus): void {
  const { engine, endpoints, redundancy } = status;
  const standin = engine.kind === 'standin' ? ' stand-in (for trials only)' : '';
  print(`${pc.bold(status.cluster)} on ${status.runtime}: ${healthText(status)}`);
  print(`Citus${standin} ${engine.version ?? '(no leader answers)'}; isolation ${status.isolation}`);
  const { write, read, pooled, stats } = endpoints;
  const served = Object.entries({ write, read, ...(pooled && { pooled }) });
  print(`${served.map(([name, { host, port }]) => `${name} ${host}:${port}`).join(', ')}, stats ${stats}`);
  print('');
  printTable(
    ['member', 'role', 'state', 'timeline', 'lag', 'host', 'ports'],
    status.members.map((member) => [
      member.name,
      member.role ?? member.kind,
      member.state,
      member.timeline,
      member.lagBytes,
      member.host,
      Object.values(member.ports).join(','),
    ]),
  );
  print('');
  printTable(
    ['node', 'host', 'port', 'role', 'active'],
    status.nodes.map(({ nodeId, host, port, role, active }) => [nodeId, host, port, role, active ? 'yes' : 'no']),
  );
  print(`\nredundancy: ${redundancyText(redundancy)}`);
  if (status.sentinel.running !== true) print(sentinelText(status.sentinel));
  if (status.unknown.length > 0) print(`unknown, since ${whyUnknown(status)}: ${status.unknown.join(', ')}`);
  for (const { key, applied, asked } of status.differs) {
    print(
      `${pc.yellow('note')} cluster.yaml asks for ${key}: ${asked ?? 'none'}, the cluster has ${applied ?? 'none'}.`,
    );
  }
  if (status.differs.length > 0) print('`citus-ha up` applies or refuses what cluster.yaml asks for.');
  for (const { message, fix } of status.problems) print(`${pc.yellow('problem')} ${message}. ${fix}`);
}

function healthText({ healthy, problems }: ClusterStatus): string {
  if (healthy) return pc.green('healthy');
  if (problems.length === 0) return pc.magenta('not known to be healthy');
  return pc.yellow(problems.some(({ code }) => code === 'CLUSTER_DOWN') ? 'stopped' : 'degraded');
}

function sentinelText({ running }: ClusterStatus['sentinel']): string {
  return running === null
    ? 'sentinel: unknown'
    : 'sentinel: none, so that a dead leader is replaced only once its lease has ended';
}

function redundancyText({ target, underReplicatedShards: lacking }: ClusterStatus['redundancy']): string {
  if (lacking === null) return 'unknown';
  if (lacking > 0) return `shards that lack placements: ${lacking}`;
  return `every shard has the placements its table was made with (${target} unless told)`;
}
