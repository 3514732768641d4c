import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec } from '@citus-ha/config';
import { createLocalRuntime } from '@citus-ha/runtime-local';

/** Before tests that start real servers: installs what is missing, the way `citus-ha up` does, and tells them its Patroni. */
export async function setup(): Promise<void> {
  const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-install-'));
  try {
    await chmod(stateHome, 0o711);
    const runtime = await createLocalRuntime({ cluster: 'install-programs', stateHome });
    const spec = { ...defaultClusterSpec('install-programs'), proxy: anyPorts };
    const { programs } = await runtime.prepare({ spec, install: true, onProgress: (step) => console.error(step) });
    process.env['CITUS_HA_TEST_PATRONI'] ??= programs.patroni.join(' ');
    await runtime.destroy({ data: true });
  } finally {
    await rm(stateHome, { recursive: true, force: true });
  }
}

/** Nothing is started, so the ports of a default cluster that runs beside the tests are not wanted. */
const anyPorts = { count: 1, bind: '127.0.0.1', ports: { write: 1, read: 2, stats: 3 } } as const;
