import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { collectReport } from '@citus-ha/cluster';
import { writingTo } from '@citus-ha/core';
import type { Command } from 'commander';
import { execa } from 'execa';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { printJson, print } from '../output.js';
import { withTemporaryFolder } from '../temporary-folder.js';

export function reportCommand(): Command {
  return command('report', 'bundle configuration, states and logs, without passwords')
    .option('-o, --output <file>', 'the bundle (default: citus-ha-report-CLUSTER-TIME.tar.gz)')
    .action(async (options: CommonOptions & { output?: string }) => {
      const cluster = await composeCluster(options);
      const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
      const name = `citus-ha-report-${cluster.spec.name}-${time}`;
      const bundle = resolve(options.output ?? `${name}.tar.gz`);
      await withTemporaryFolder(async (folder) => {
        for (const { path, content } of await collectReport(cluster)) {
          const target = join(folder, name, path);
          await mkdir(dirname(target), { recursive: true });
          await writeFile(target, content);
        }
        const packed = join(folder, 'packed');
        await execa('tar', ['-C', folder, '-czf', packed, name]);
        // A copy has the mode of what it is copied from.
        await chmod(packed, 0o600);
        await writingTo(bundle, () => copyFile(packed, bundle));
      });
      if (options.json) printJson({ file: bundle });
      else print(bundle);
    });
}
