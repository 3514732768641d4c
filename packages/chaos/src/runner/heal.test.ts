import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterHandle } from '@citus-ha/cluster';
import { coordinators, defaultClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { expect, it } from 'vitest';
import { kill } from '../faults/process-faults.js';
import { createRecorder } from '../history/recorder.js';
import { healFault } from './heal.js';

const spec = defaultClusterSpec();
const members = coordinators(spec).slice(0, 1);

async function healWith(heal: () => Promise<void>, signal?: AbortSignal) {
  const folder = await mkdtemp(join(tmpdir(), 'citus-ha-heal-'));
  const recorder = createRecorder(join(folder, 'history.ndjson'));
  const cluster = { spec, signal } as unknown as ClusterHandle;
  try {
    await healFault({ ...kill, heal }, { cluster, members }, recorder);
  } finally {
    await recorder.close();
    await rm(folder, { recursive: true });
  }
  return recorder.history.map(({ type, f }) => `${type} ${f}`);
}

it('tries to heal again where it does not work at once', async () => {
  let tries = 0;
  const heal = async () => {
    tries += 1;
    if (tries < 3) throw new CodedError('ETCD_UNREACHABLE', 'etcd does not answer');
  };
  expect(await healWith(heal)).toEqual(['invoke heal', 'ok heal']);
  expect(tries).toBe(3);
});

it('ends with the interruption, and leaves the heal to whoever restores', async () => {
  await expect(healWith(async () => undefined, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow(
    'interrupted',
  );
});
