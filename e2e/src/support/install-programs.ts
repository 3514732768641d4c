import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { openRuntime, runtimeKind } from './runtime.js';

/** Before tests that start real servers: installs programs or builds images that are missing, and tells them its Patroni. */
export async function setup(): Promise<void> {
  const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-install-'));
  try {
    await chmod(stateHome, 0o711);
    const place = { cwd: stateHome, env: { XDG_STATE_HOME: stateHome } };
    const runtime = await openRuntime({ name: 'install-programs', ...place, network });
    const plain = defaultClusterSpec('install-programs');
    const spec = {
      ...plain,
      proxy: anyPorts,
      pooler: { count: 1, port: 64_004 },
      local: { network },
      docker: { ...plain.docker, baseImage },
    };
    const { programs } = await runtime.prepare({ spec, install: true, onEvent: (event) => console.error(event) });
    if (runtimeKind === 'local') process.env['CITUS_HA_TEST_PATRONI'] ??= programs.patroni.join(' ');
    await runtime.destroy({ data: true });
  } finally {
    await rm(stateHome, { recursive: true, force: true });
  }
}

/** What networks of their own need is installed where there can be such. */
const network: ClusterSpec['local']['network'] = process.getuid?.() === 0 ? 'namespaces' : 'loopback';

/** As the clusters under test have it. */
const baseImage = process.env['E2E_BASE_IMAGE'] ?? 'auto';

/** Nothing is started, so the ports of a default cluster that runs beside the tests are not wanted. */
const anyPorts = {
  count: 1,
  bind: '127.0.0.1',
  read: { maxLag: '16MB', maxLagMs: 30_000 },
  ports: { write: 64_001, read: 64_002, stats: 64_003 },
} as const;
