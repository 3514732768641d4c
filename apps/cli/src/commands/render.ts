import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openCluster, renderInput, requireSupported, settleRecord, type ClusterRecord } from '@citus-ha/cluster';
import type { ClusterSpec } from '@citus-ha/config';
import { dockerSite, type RenderedFile } from '@citus-ha/layout';
import { codeOf, writingTo } from '@citus-ha/core';
import { renderFolder } from '@citus-ha/emitters';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { compose } from '../compose.js';
import { loadSpec } from '../load-spec.js';
import { printJson, step } from '../output.js';
import { sentinelProgram } from '../sentinel-folder.js';
import { keptRecord } from './rendered-folder.js';

export function renderCommand(): Command {
  return command(
    'render',
    'write the files of a cluster in containers, compose.yaml too; with --runtime local of the one that runs here',
  )
    .requiredOption('-o, --output <folder>', 'where to write them')
    .action(async (options: CommonOptions & { output: string }) => {
      const folder = resolve(options.output);
      const spec = loadSpec(options.config);
      requireSupported(spec);
      const files =
        (options.runtime ?? spec.runtime) === 'local'
          ? await renderLocal(options)
          : await renderDocker(options, spec, folder);
      await writingTo(folder, () => write(files, folder));
      if (options.json) printJson({ folder, files: files.map(({ path }) => path) });
      else step(`wrote ${files.length} files to ${folder}`);
    });
}

async function write(files: readonly RenderedFile[], folder: string): Promise<void> {
  for (const { path, content, mode } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode });
    await chmod(target, mode);
  }
}

/** The files of the cluster that runs here, as its members have them. */
async function renderLocal(options: CommonOptions): Promise<readonly RenderedFile[]> {
  const { spec, site, record } = await openCluster(await compose(options));
  return renderFolder(renderInput({ spec, site, record }));
}

/** The files for containers; passwords once generated are kept beside them, so that a second run changes nothing. */
async function renderDocker(
  options: CommonOptions,
  spec: ClusterSpec,
  folder: string,
): Promise<readonly RenderedFile[]> {
  const site = dockerSite(spec);
  const record =
    (await keptRecord(folder, spec, site)) ?? (await settleRecord(spec, site, await recordInDocker(options)));
  const { imageSetFiles } = await import('@citus-ha/runtime-docker');
  const imageSet = await imageSetFiles(spec.sentinel.enabled ? sentinelProgram() : undefined);
  return renderFolder({ ...renderInput({ spec, site, record }), imageSet });
}

/** Of the cluster that runs in containers already, if there is one. */
async function recordInDocker(options: CommonOptions): Promise<ClusterRecord | undefined> {
  try {
    return (await openCluster(await compose({ ...options, runtime: 'docker' }))).record;
  } catch (error) {
    // To write files no engine is needed.
    if (/^(CLUSTER_ABSENT|ENGINE_.*)$/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
