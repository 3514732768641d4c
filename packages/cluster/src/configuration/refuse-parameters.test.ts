import { defaultClusterSpec, type ParameterValue } from '@citus-ha/config';
import { createMemoryRuntime } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import type { ClusterHandle } from '../cluster-handle.js';
import { refuseParameters } from './refuse-parameters.js';

async function refuse(parameters: Record<string, ParameterValue>, stdout: string, runs = true): Promise<void> {
  const base = defaultClusterSpec();
  const spec = { ...base, postgres: { ...base.postgres, parameters } };
  const runtime = createMemoryRuntime({
    cluster: spec.name,
    exec: async () => ({ exitCode: 0, stdout, stderr: '' }),
  });
  const site = await runtime.prepare({ spec, install: false });
  await runtime.create({ name: 'coord-1', kind: 'coordinator', command: ['true'], env: {}, files: [], ports: {} });
  if (runs) await runtime.start('coord-1');
  await refuseParameters({ spec, runtime, site } as ClusterHandle);
}

const said = 'refused\twork_mem\tinvalid value for parameter "work_mem": "lots" \n';

it('refuses what PostgreSQL refuses, in its own words', async () => {
  await expect(refuse({ work_mem: 'lots' }, said)).rejects.toMatchObject({
    code: 'PARAMETER_REFUSED',
    blame: 'user',
    message: 'postgres.parameters.work_mem: lots: invalid value for parameter "work_mem": "lots"',
  });
});

it('refuses more shared_buffers than there is memory, and libraries that are not installed', async () => {
  const buffers = refuse({ shared_buffers: '999GB' }, 'buffers\t130940928\t4000000\n');
  await expect(buffers).rejects.toThrow('more than the 3906 MB of memory');
  await expect(refuse({ shared_buffers: '1GB' }, 'buffers\t131072\t4000000\n')).resolves.toBeUndefined();
  const missing = refuse({ shared_preload_libraries: 'nosuch' }, 'missing\tnosuch\t/lib\n');
  await expect(missing).rejects.toThrow('there is no nosuch.so in /lib');
});

it('names the nearest parameter for one that PostgreSQL does not know', async () => {
  const answer =
    'refused\tshared_bufers\tunrecognized configuration parameter "shared_bufers" \nknown\tshared_buffers\n';
  await expect(refuse({ shared_bufers: '1GB' }, answer)).rejects.toMatchObject({
    code: 'PARAMETER_UNKNOWN',
    fix: expect.stringContaining('It knows shared_buffers') as string,
  });
});

it('judges nothing where no server runs', async () => {
  await expect(refuse({ work_mem: 'lots' }, said, false)).resolves.toBeUndefined();
});
