import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec } from '@citus-ha/config';
import { openRuntime, runtimeKind } from './runtime.js';

/** Before tests that start real servers: installs programs or builds images that are missing, and tells them its Patroni. */
export async function setup(): Promise<void> {
  const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-install-'));
  try {
    await chmod(stateHome, 0o711);
    const runtime = await openRuntime({ name: 'install-programs', cwd: stateHome, env: { XDG_STATE_HOME: stateHome } });
    const spec = { ...defaultClusterSpec('install-programs'), proxy: anyPorts };
    const { programs } = await runtime.prepare({ spec, install: true, onProgress: (step) => console.error(step) });
    if (runtimeKind === 'local') process.env['CITUS_HA_TEST_PATRONI'] ??= programs.patroni.join(' ');
    await runtime.destroy({ data: true });
  } finally {
    await rm(stateHome, { recursive: true, force: true });
  }
}

/** Nothing is started, so the ports of a default cluster that runs beside the tests are not wanted. */
const anyPorts = { count: 1, bind: '127.0.0.1', ports: { write: 1, read: 2, stats: 3 } } as const;
