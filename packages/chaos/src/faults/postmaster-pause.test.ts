import type { ClusterHandle } from '@citus-ha/cluster';
import { coordinators, defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { postmasterPause } from './postmaster-pause.js';

const members = coordinators(defaultClusterSpec()).slice(0, 1);

/** Answers every script alike, and keeps them. */
function contextWhere(stdout: string, state = 'running') {
  const scripts: string[] = [];
  const runtime = {
    members: async () => members.map(({ name }) => ({ name, state })),
    exec: async (_name: string, [, , script = '', dataDir = '']: readonly string[]) => {
      scripts.push(`${dataDir}: ${script}`);
      return { exitCode: 0, stdout, stderr: '' };
    },
  };
  const site = { members: { 'coord-1': { dataDir: '/data' } } };
  return { context: { cluster: { runtime, site } as unknown as ClusterHandle, members }, scripts };
}

const before = { members: new Map(), postmasters: new Map() };

it('freezes and thaws the process that the pid file of the member names', async () => {
  const { context, scripts } = contextWhere('');
  await postmasterPause.inject(context);
  await postmasterPause.heal(context);
  expect(scripts).toEqual([
    '/data: kill -STOP $(head -n 1 "$0/postmaster.pid")',
    '/data: [ ! -f "$0/postmaster.pid" ] || kill -CONT $(head -n 1 "$0/postmaster.pid") || true',
  ]);
});

it('has taken hold once the process is stopped', async () => {
  expect(await postmasterPause.evidence(contextWhere('S\n').context, before)).toBeUndefined();
  expect(await postmasterPause.evidence(contextWhere('T\n').context, before)).toBe('postmaster of coord-1 frozen');
});

it('leaves alone what has ended', async () => {
  const { context, scripts } = contextWhere('', 'exited');
  await postmasterPause.heal(context);
  expect(scripts).toEqual([]);
});
