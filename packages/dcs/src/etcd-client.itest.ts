import { waitFor } from '@citus-ha/core';
import { describe } from 'vitest';
import { dcsContract } from './contract/dcs-contract.js';
import { createEtcdClient } from './etcd-client.js';
import { findRealPrograms } from './testing/real-programs.js';
import { RealServers } from './testing/real-servers.js';

const programs = findRealPrograms();
const skipped = programs.etcdMissing === undefined ? '' : ` (skipped: ${programs.etcdMissing})`;

describe.skipIf(skipped !== '')(`createEtcdClient${skipped}`, () => {
  dcsContract({
    name: 'a real etcd',
    create: async () => {
      const servers = new RealServers(programs);
      const { endpoints } = await servers.startEtcd();
      return {
        as: (login) => createEtcdClient({ endpoints, login }),
        until: (what, probe) => waitFor({ what, probe, timeoutMs: 30_000 }),
        dispose: () => servers.stop(),
      };
    },
  });
});
