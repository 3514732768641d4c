import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isObject,
  patchBetween,
  patchConfiguration,
  readConfiguration,
  refuseEdit,
  type Json,
  type JsonObject,
} from '@citus-ha/cluster';
import { CodedError, messageOf } from '@citus-ha/core';
import type { Command } from 'commander';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { interruption, lendTerminal } from '../interrupt.js';
import { readConfig } from '../load-spec.js';
import { wholeNumber } from '../options.js';
import { print, printJson, step } from '../output.js';
import { withTemporaryFolder } from '../temporary-folder.js';

interface ConfigOptions extends CommonOptions {
  readonly group: number;
  readonly set?: readonly string[];
  readonly apply?: string;
}

/** Patroni's dynamic configuration: what `patronictl show-config` and `edit-config` do. */
export function configCommand(): Command {
  const groupText = '0 for the coordinators, or the number of a worker';
  const group = ['--group <number>', groupText, wholeNumber('--group', 0), 0] as const;
  return command('config', "show or edit Patroni's dynamic configuration")
    .addCommand(
      command('show', 'print it as YAML')
        .option(...group)
        .action(async (options: ConfigOptions) => {
          const config = await readConfiguration(await composeCluster(options), options.group);
          if (options.json) printJson(config);
          else print(stringify(config));
        }),
    )
    .addCommand(
      withConfirmation(command('edit', 'change it in $EDITOR, or by --set and --apply'))
        .option(...group)
        .option(
          '--set <key=value...>',
          'set a dotted key, such as postgresql.parameters.work_mem=8MB; an empty value removes it',
        )
        .option('--apply <file>', 'take the whole configuration from a YAML file')
        .action(edit),
    );
}

async function edit(options: ConfigOptions): Promise<void> {
  const cluster = await composeCluster(options);
  const { group } = options;
  const current = await readConfiguration(cluster, group);
  const edited = await editedBy(options, current);
  const patch = patchBetween(current, edited);
  if (patch === undefined) {
    if (options.json) printJson({ changed: null });
    else step('nothing changed');
    return;
  }
  await refuseEdit(cluster, group, current, edited);
  if (!options.json) print(diff(current, edited));
  await confirm('Apply this change?', options.yes);
  await patchConfiguration(cluster, group, patch);
  if (options.json) printJson({ changed: patch });
  else step('applied; Patroni takes it over within its next loop');
}

async function editedBy(options: ConfigOptions, current: JsonObject): Promise<JsonObject> {
  if (options.apply !== undefined) return parseYaml(readConfig(options.apply), options.apply);
  if (options.set !== undefined) return options.set.reduce((config, assignment) => assign(config, assignment), current);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CodedError('NO_TERMINAL', 'There is no terminal for an editor', {
      blame: 'user',
      fix: 'Change keys by --set KEY=VALUE, or take a whole file by --apply FILE.',
    });
  }
  return inEditor(current);
}

/** @throws CodedError `DECLINED` where the editor ends with an error, as vi does by `:cq`. */
export async function inEditor(current: JsonObject): Promise<JsonObject> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify(current));
    const editor = process.env['VISUAL'] ?? process.env['EDITOR'] ?? 'vi';
    const options = { stdio: 'inherit', shell: true, reject: false, cancelSignal: interruption() } as const;
    const { exitCode } = await lendTerminal(() => execa(editor, [file], options));
    interruption().throwIfAborted();
    if (exitCode !== 0) {
      throw new CodedError(
        'DECLINED',
        `Nothing was changed: the editor, ${editor}, ended with ${exitCode ?? 'a signal'}`,
        {
          blame: 'user',
          fix: 'Save and leave it as usual, or name another one in $EDITOR.',
        },
      );
    }
    return parseYaml(await readFile(file, 'utf8'), file);
  });
}

function parseYaml(text: string, file: string): JsonObject {
  try {
    const value = parse(text) as Json;
    if (isObject(value)) return value;
    throw new Error('it is no mapping of keys');
  } catch (cause) {
    throw new CodedError('CONFIG_INVALID', `${file}: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: 'Give a YAML mapping as `config show` prints it.',
    });
  }
}

function assign(config: JsonObject, assignment: string): JsonObject {
  const equals = assignment.indexOf('=');
  if (equals < 1) {
    throw new CodedError('CONFIG_INVALID', `--set ${assignment}: there is no value`, {
      blame: 'user',
      fix: 'Write KEY=VALUE.',
    });
  }
  const text = assignment.slice(equals + 1);
  return setAt(config, splitKey(assignment.slice(0, equals)), text === '' ? undefined : (parse(text) as Json));
}

/** Names of Citus settings hold a dot of their own, so what follows `parameters` is one key. */
function splitKey(dotted: string): readonly string[] {
  const marker = 'parameters.';
  const at = dotted.indexOf(marker);
  if (at === -1) return dotted.split('.');
  return [...dotted.slice(0, at + marker.length - 1).split('.'), dotted.slice(at + marker.length)];
}

function setAt(config: JsonObject, [key = '', ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const { [key]: old, ...others } = config;
  if (rest.length > 0) return { ...config, [key]: setAt(isObject(old) ? old : {}, rest, value) };
  return value === undefined ? others : { ...config, [key]: value };
}

/** Lines that go and lines that come. */
function diff(before: JsonObject, after: JsonObject): string {
  const [old, next] = [before, after].map((config) => stringify(config).trimEnd().split('\n'));
  const gone = (old ?? []).filter((line) => !next?.includes(line)).map((line) => `- ${line}`);
  const come = (next ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join('\n');
}
