import { clusterEvents, withPatience, type TimelineEvent } from '@citus-ha/cluster';
import type { SentinelEvent } from '@citus-ha/sentinel';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { interruption } from '../interrupt.js';
import { print, step } from '../output.js';
import { inWords } from './sentinel.js';

export function eventsCommand(): Command {
  return command(
    'events',
    'show what the sentinel decided, and what Patroni, HAProxy and the runtime saw, in the order of time; --json prints an object a line',
  )
    .option('-f, --follow', 'go on until Ctrl-C, with the starts and ends of members')
    .action(async ({ json, follow = false, ...options }: CommonOptions & { readonly follow?: boolean }) => {
      const cluster = withPatience(await composeCluster(options));
      const events = clusterEvents(cluster, {
        follow,
        signal: interruption(),
        readSentinel: decisionIn,
        onUnread: step,
      });
      for await (const event of events) print(json ? JSON.stringify(event) : asLine(event));
    });
}

/** The sentinel logs an object a line, beside what else its program may say. */
export function decisionIn(line: string): TimelineEvent | undefined {
  const { at, ...event } = objectIn(line);
  if (at === undefined || !('type' in event)) return undefined;
  const decision = event as SentinelEvent;
  const member = 'member' in decision ? decision.member : null;
  return { at: new Date(at), source: 'sentinel', member, text: inWords(decision), evidence: decision };
}

function objectIn(line: string): { readonly at?: string; readonly type?: unknown } {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as object) : {};
  } catch {
    return {};
  }
}

function asLine({ at, source, member, text }: TimelineEvent): string {
  return `${at.toISOString()}  ${source.padEnd(8)}  ${(member ?? '').padEnd(10)}  ${text}`;
}
