import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import type { MemberDefinition, Runtime } from '@citus-ha/runtime';
import { shellPrograms } from '@citus-ha/runtime/contract';
import type { Network } from '@citus-ha/provision-debian';
import { createLocalRuntime } from '../local-runtime.js';

/** A cluster in a state home of its own. */
export interface TestCluster {
  readonly stateHome: string;
  readonly path: string;
  readonly runtime: Runtime;
  readonly spec: ClusterSpec;
  readonly open: () => Promise<Runtime>;
  readonly dispose: () => Promise<void>;
}

export async function testCluster(cluster = 'test', network: Network = 'loopback'): Promise<TestCluster> {
  const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-'));
  await chmod(stateHome, 0o711);
  const open = () => createLocalRuntime({ cluster, stateHome, network });
  const runtime = await open();
  return {
    stateHome,
    path: join(stateHome, 'citus-ha', cluster),
    runtime,
    spec: {
      ...defaultClusterSpec(cluster),
      local: { network },
      proxy: {
        count: 1,
        bind: '127.0.44.1',
        read: { maxLag: '16MB', maxLagMs: 30_000 },
        ports: { write: 5000, read: 5001, stats: 7000 },
      },
    },
    open,
    dispose: async () => {
      await runtime.destroy({ data: true });
      await rm(stateHome, { recursive: true });
    },
  };
}

/** A member that runs until it is asked to end, unless its command is told. */
export function testMember(name: string, more: Partial<MemberDefinition> = {}): MemberDefinition {
  return { name, kind: 'worker', command: shellPrograms.calm, env: {}, files: [], ports: {}, ...more };
}
