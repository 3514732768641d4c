import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { testCluster } from './testing/test-cluster.js';

const networks = process.getuid?.() === 0 ? (['loopback', 'namespaces'] as const) : (['loopback'] as const);
const paths = new Map<object, string>();

for (const network of networks) {
  runtimeContract({
    name: `the local runtime with local.network: ${network}`,
    create: async () => {
      const cluster = await testCluster('contract', network);
      const subject = {
        runtime: cluster.runtime,
        spec: cluster.spec,
        another: cluster.open,
        dispose: cluster.dispose,
        filePath: (member: string) => join(cluster.path, 'members', member, 'config/contract'),
      };
      paths.set(subject, cluster.path);
      return subject;
    },
    hide: async (subject, member) => {
      const life = join(paths.get(subject) ?? '', 'members', member, 'life');
      const text = await readFile(life, 'utf8');
      const lines = text.split('\n');
      await writeFile(life, [...lines.slice(0, 4), 'pid:[1]', ''].join('\n'));
      return () => writeFile(life, text);
    },
    reusePid: async (subject, member) => {
      const life = join(paths.get(subject) ?? '', 'members', member, 'life');
      const text = await readFile(life, 'utf8');
      await writeFile(life, text.replaceAll(/^\d+ \(/gm, `${process.pid} (`));
    },
  });
}
