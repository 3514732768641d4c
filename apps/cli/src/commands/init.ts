import { writeFile } from 'node:fs/promises';
import { requireSupported } from '@citus-ha/cluster';
import { clusterTemplate } from '@citus-ha/config';
import { CodedError, codeOf, writingTo } from '@citus-ha/core';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { findConfig, loadSpec } from '../load-spec.js';
import { printJson, step } from '../output.js';

export function configFileCommands(): readonly Command[] {
  return [initCommand(), validateCommand()];
}

function initCommand(): Command {
  return command('init [name]', 'write a commented cluster.yaml').action(
    async (name: string | undefined, options: CommonOptions) => {
      const path = options.config ?? 'cluster.yaml';
      const text = clusterTemplate(name);
      await writingTo(path, () => writeFile(path, text, { flag: 'wx' })).catch((error: CodedError) => {
        if (codeOf(error.cause) !== 'EEXIST') throw error;
        throw new CodedError('FILE_EXISTS', `${path} is there already`, {
          blame: 'user',
          fix: 'Edit it, or name another file with -c.',
        });
      });
      if (options.json) printJson({ file: path });
      else step(`wrote ${path}`);
    },
  );
}

function validateCommand(): Command {
  return command('validate [file]', 'check a cluster.yaml and show what it means').action(
    (file: string | undefined, options: CommonOptions) => {
      const path = findConfig(file ?? options.config);
      const spec = loadSpec(path);
      requireSupported(spec);
      if (options.json) printJson({ file: path ?? null, spec });
      else step(`${path ?? 'the built-in default'} is valid: cluster ${spec.name}`);
    },
  );
}
