import { openCluster } from '@citus-ha/cluster';
import { runSentinel, type SentinelEvent } from '@citus-ha/sentinel';
import { formatDuration } from '@citus-ha/core';
import { repairLines } from '../progress-line.js';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { compose } from '../compose.js';
import { interruption } from '../interrupt.js';
import { print } from '../output.js';

export function sentinelCommand(): Command {
  return command(
    'sentinel',
    'fail over as soon as a leader is proven dead, until Ctrl-C; --json prints an object a line',
  ).action(async (options: CommonOptions) => {
    const format = options.json ? JSON.stringify : asLine;
    const context = await compose(options);
    await runSentinel({
      open: () => openCluster(context),
      signal: interruption(),
      onEvent: (event) => print(format({ at: new Date().toISOString(), ...event })),
    });
  });
}

function asLine(event: SentinelEvent & { readonly at: string }): string {
  return `${event.at}  ${inWords(event)}`;
}

export function inWords(event: SentinelEvent): string {
  return lines[event.type](event as never);
}

const standDowns = {
  'stopped-on-purpose': 'it was stopped on purpose',
  'lives-again': 'it lives again',
  alive: 'it is alive',
  paused: 'the cluster is paused',
} as const;

const sparings = {
  paused: 'the cluster is paused',
  'no-witness': 'nobody who answers promptly leads, or could',
  heard: 'another coordinator hears it',
  'witness-unsure': 'another coordinator could not be asked',
  needed: 'nobody else has what it has',
} as const;

const lines: {
  readonly [Type in SentinelEvent['type']]: (event: Extract<SentinelEvent, { readonly type: Type }>) => string;
} = {
  watching: ({ members }) => `watching ${members.join(', ')}`,
  'looking-anew': ({ reason }) => `looking at all members anew: ${reason}`,
  spared: ({ member, why }) => `${member} is silent, and left alone: ${sparings[why]}`,
  fencing: ({ member, postgres, unservedMs, patroni, witness }) =>
    `killing ${member}: PostgreSQL ${postgres === 'silent' ? 'silent' : 'refuses'} for ${formatDuration(unservedMs)}, for ${witness} too; its Patroni ${patroni === 'silent' ? 'is silent' : 'may live'}`,
  died: ({ member, incarnation }) => `${member} died (${incarnation})`,
  'stood-down': ({ member, why }) => `left ${member} alone: ${standDowns[why]}`,
  deposed: ({ member, revision, lease, candidates }) =>
    `took the leader lock from ${member} (revision ${revision}, lease ${lease}); may lead: ${candidates.join(', ')}`,
  succeeded: ({ member, by, timeline, afterMs, promisedMs }) =>
    `${by} leads in place of ${member} on timeline ${timeline}: ${promisedMs === undefined ? '' : `promised ${formatDuration(promisedMs)}, `}took ${formatDuration(afterMs)}`,
  'let-go': ({ member, leader }) => `${leader} waits for ${member} no longer`,
  restarting: ({ member, why }) => `starting ${member} again${why === 'rejoin' ? '' : ', since nobody else may lead'}`,
  'not-repaired': ({ reason }) => `not repaired yet: ${reason}`,
  ...repairLines,
  failed: ({ member, reason }) => `failed for ${member}: ${reason}`,
};
