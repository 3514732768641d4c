import { createRequire } from 'node:module';
import { Command } from 'commander';
import { command, withCommonOptions, type CommonOptions } from './command.js';
import { print, printJson } from './output.js';

/** The modules of commands by the names they define, in the order of the help; loading them all takes most of a short command's time. */
const modules: readonly (readonly [names: string, load: () => Promise<readonly Command[]>])[] = [
  ['init validate', async () => (await import('./commands/init.js')).configFileCommands()],
  ['up', async () => [(await import('./commands/up.js')).upCommand()]],
  ['down', async () => [(await import('./commands/down.js')).downCommand()]],
  ['status', async () => [(await import('./commands/status.js')).statusCommand()]],
  ['promise', async () => [(await import('./commands/promise.js')).promiseCommand()]],
  ['topology history shards bootstrap', async () => (await import('./commands/look.js')).lookCommands()],
  ['psql', async () => [(await import('./commands/psql.js')).psqlCommand()]],
  ['uri', async () => [(await import('./commands/uri.js')).uriCommand()]],
  ['logs', async () => [(await import('./commands/logs.js')).logsCommand()]],
  ['exec', async () => [(await import('./commands/exec.js')).execCommand()]],
  [
    'start stop restart reinit rebuild repair pause resume',
    async () => (await import('./commands/members.js')).memberCommands(),
  ],
  ['switchover failover', async () => (await import('./commands/change-leader.js')).leaderCommands()],
  ['sentinel', async () => [(await import('./commands/sentinel.js')).sentinelCommand()]],
  ['events', async () => [(await import('./commands/events.js')).eventsCommand()]],
  ['config', async () => [(await import('./commands/config.js')).configCommand()]],
  ['render', async () => [(await import('./commands/render.js')).renderCommand()]],
  ['doctor', async () => [(await import('./commands/doctor.js')).doctorCommand()]],
  ['report', async () => [(await import('./commands/report.js')).reportCommand()]],
  ['chaos', async () => [(await import('./commands/chaos.js')).chaosCommand()]],
  ['version', async () => [versionCommand()]],
];

/** The command line of citus-ha: all of it, or only the module of the command that is named first. */
export async function createProgram(named?: string): Promise<Command> {
  const program = withCommonOptions(new Command('citus-ha'), '-c, --config <file>')
    .description('Highly available Citus clusters behind one connection string')
    .version(version())
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride();
  const wanted = modules.filter(([names]) => names.split(' ').includes(named ?? ''));
  for (const [, load] of wanted.length > 0 ? wanted : modules) {
    for (const one of await load()) program.addCommand(one);
  }
  if (wanted.length === 0) program.addCommand((await import('./commands/completion.js')).completionCommand(program));
  for (const one of program.commands) inherit(program, one);
  return program;
}

/** Options given before a command's name count for the command, unless it has them itself. */
function inherit(program: Command, one: Command): void {
  one.exitOverride();
  if (one.commands.length > 0) one.enablePositionalOptions();
  one.hook('preAction', (_, acting) => {
    for (const [name, value] of Object.entries({ ...program.opts(), ...one.opts() })) {
      if (acting.getOptionValue(name) === undefined) acting.setOptionValue(name, value);
    }
  });
  for (const sub of one.commands) sub.exitOverride();
}

function versionCommand(): Command {
  return command('version', 'print the version of citus-ha').action((options: CommonOptions) => {
    if (options.json) printJson({ version: version() });
    else print(version());
  });
}

function version(): string {
  const manifest = createRequire(import.meta.url)('@citus-ha/cli/package.json') as { version: string };
  return manifest.version;
}
