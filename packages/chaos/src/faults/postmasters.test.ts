import type { ClusterHandle } from '@citus-ha/cluster';
import { coordinators, defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { rollingRestart } from './planned-faults.js';
import { postmastersOf } from './postmasters.js';
import { postmasterKill } from './process-faults.js';

const members = coordinators(defaultClusterSpec()).slice(0, 1);

const contextWhere = (postmaster: string) => {
  const runtime = { exec: async () => ({ exitCode: 0, stdout: `${postmaster}\n`, stderr: '' }) };
  return { cluster: { runtime, site: { members: {} } } as unknown as ClusterHandle, members };
};

async function evidenceOf(fault: typeof postmasterKill, before: string, now: string) {
  const postmasters = await postmastersOf(contextWhere(before));
  return fault.evidence(contextWhere(now), { members: new Map(), postmasters });
}

it('a postmaster that is still the same was neither killed nor restarted', async () => {
  expect(await evidenceOf(postmasterKill, '31 5000', '31 5000')).toBeUndefined();
  expect(await evidenceOf(rollingRestart, '31 5000', '31 5000')).toBeUndefined();
});

it('a killed postmaster is gone, or another one runs, be it under the same pid', async () => {
  expect(await evidenceOf(postmasterKill, '31 5000', '31')).toBe('postmaster of coord-1 gone');
  expect(await evidenceOf(postmasterKill, '31 5000', '31 7000')).toBe('postmaster of coord-1 gone');
});

it('a restarted one runs again', async () => {
  expect(await evidenceOf(rollingRestart, '31 5000', '31')).toBeUndefined();
  expect(await evidenceOf(rollingRestart, '31 5000', '77 7000')).toBe('coord-1 restarted');
});
