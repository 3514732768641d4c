import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from 'pg';
import { withClient } from './connection.js';
import {
  copyCommand,
  cleanCommand,
  csvCommand,
  loadCommand,
  verifyCommand,
  type CopyOptions,
  type Io,
} from './commands.js';

/** The command line; actions answer through the callback whether all was well. */
export function createProgram(io: Io, onDone: (ok: boolean) => void): Command {
  const program = new Command('citus-ha-demo')
    .description('Loads sample chat data, or a CSV file, into a Citus cluster.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (help) => io.out.write(help), writeErr: (problem) => io.err.write(problem) });

  const withServer = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(
        new Option('--uri <uri>', 'connection string, - reads it from standard input; else PGHOST and so on').env(
          'DATABASE_URL',
        ),
      )
      .option('--json', 'machine-readable output', false);

  const run =
    <Options>(action: (client: Client, options: Options, io: Io) => Promise<boolean>) =>
    async (options: Options & { uri?: string }): Promise<void> => {
      const uri = options.uri === '-' ? (await text(process.stdin)).trim() : options.uri;
      onDone(await withClient({ uri, signal: io.signal }, (client) => action(client, options, io)));
    };

  const rooms = new Option('--rooms <count>', 'rooms to load').default(10_000).argParser(wholeNumber(1, 1_000_000_000));
  const seed = new Option('--seed <number>', 'what the data is made from')
    .default(1)
    .argParser(wholeNumber(0, 0xffff_ffff));

  withServer('load', 'loads the chat, goes on where an earlier load ended, and verifies it')
    .addOption(rooms)
    .addOption(seed)
    .option('--replace', 'removes an earlier demo first', false)
    .action(run(loadCommand));
  withServer('verify', 'compares the loaded chat with its seed by counts and checksums').action(run(verifyCommand));
  withServer('clean', "removes the demo's tables").action(run(cleanCommand));
  withServer('copy', 'copies a CSV file into a table, all of it or nothing')
    .argument('<file>', 'CSV file, - is standard input')
    .requiredOption('--table <table>', 'existing table')
    .option('--distribute <column>', 'distributes the table by this column first')
    .option('--header', 'the first line names the columns', false)
    .option('--delimiter <character>', 'between two fields', ',')
    .action((file: string, options: Omit<CopyOptions, 'file'>) => run(copyCommand)({ ...options, file }));
  program
    .command('csv')
    .description("writes one table's rows as CSV, without a server")
    .argument('<table>', 'topics, rooms, room_members or messages')
    .addOption(rooms)
    .addOption(seed)
    .action(async (table: string, options: { rooms: number; seed: number }) => {
      await csvCommand(table, options, io);
      onDone(true);
    });
  return program;
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (given) => {
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}
