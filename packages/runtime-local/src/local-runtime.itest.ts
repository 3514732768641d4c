import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { testCluster } from './testing/test-cluster.js';

const paths = new Map<object, string>();

runtimeContract({
  name: 'the local runtime',
  create: async () => {
    const cluster = await testCluster('contract');
    const subject = { runtime: cluster.runtime, another: cluster.open, dispose: cluster.dispose };
    paths.set(subject, cluster.path);
    return subject;
  },
  reusePid: async (subject, member) => {
    const life = join(paths.get(subject) ?? '', 'members', member, 'life');
    const text = await readFile(life, 'utf8');
    await writeFile(life, text.replaceAll(/^\d+ \(/gm, `${process.pid} (`));
  },
});
