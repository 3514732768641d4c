import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { refuseTaken, runCommand } from './chaos-run.js';

const parse = (...args: readonly string[]) => {
  const command = runCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action(() => undefined);
  return command.parseAsync(args, { from: 'user' }).catch((error: unknown) => error);
};

it.each(['fault', 'target', 'suite', 'clients', 'trials', 'seed', 'rate', 'timeout', 'output'])(
  'a series is gone on with as it was begun, without another --%s',
  async (option) => {
    expect(await parse('--resume', 'folder')).not.toBeInstanceOf(Error);
    expect(await parse('--resume', 'folder', `--${option}`, '1')).toBeInstanceOf(CommanderError);
  },
);

it('a suite has targets of its own, and trials are whole', async () => {
  expect(await parse('--suite', 'seed', '--target', 'leader')).toBeInstanceOf(CommanderError);
  expect(await parse('--fault', 'kill', '--trials', '0.5')).toMatchObject({ code: 'OPTION_INVALID' });
});

it('another workload is one that there is', async () => {
  expect(await parse('--workload', 'storm', '--clients', '20')).not.toBeInstanceOf(Error);
  expect(await parse('--workload', 'rain')).toBeInstanceOf(CommanderError);
  expect(await parse('--workload', 'storm', '--clients', 'many')).toMatchObject({ code: 'OPTION_INVALID' });
});

it('a folder that holds a series is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citus-ha-'));
  try {
    expect(() => refuseTaken(folder)).not.toThrow();
    await writeFile(join(folder, 'series.json'), '{}');
    expect(() => refuseTaken(folder)).toThrow(
      expect.objectContaining({ code: 'OUTPUT_TAKEN', blame: 'user' }) as Error,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
