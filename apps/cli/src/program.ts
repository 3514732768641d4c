import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { command, withCommonOptions, type CommonOptions } from './command.js';
import { leaderCommands } from './commands/change-leader.js';
import { completionCommand } from './commands/completion.js';
import { configCommand } from './commands/config.js';
import { doctorCommand } from './commands/doctor.js';
import { downCommand } from './commands/down.js';
import { execCommand } from './commands/exec.js';
import { configFileCommands } from './commands/init.js';
import { logsCommand } from './commands/logs.js';
import { lookCommands } from './commands/look.js';
import { memberCommands } from './commands/members.js';
import { psqlCommand } from './commands/psql.js';
import { renderCommand } from './commands/render.js';
import { reportCommand } from './commands/report.js';
import { statusCommand } from './commands/status.js';
import { upCommand } from './commands/up.js';
import { uriCommand } from './commands/uri.js';
import { print, printJson } from './output.js';

/** The whole command line of citus-ha. */
export function createProgram(): Command {
  const program = withCommonOptions(new Command('citus-ha'))
    .description('Highly available Citus clusters behind one connection string')
    .version(version())
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride();
  const commands = [
    ...configFileCommands(),
    upCommand(),
    downCommand(),
    statusCommand(),
    ...lookCommands(),
    psqlCommand(),
    uriCommand(),
    logsCommand(),
    execCommand(),
    ...memberCommands(),
    ...leaderCommands(),
    configCommand(),
    renderCommand(),
    doctorCommand(),
    reportCommand(),
    versionCommand(),
  ];
  for (const one of commands) program.addCommand(one);
  program.addCommand(completionCommand(program));
  for (const one of program.commands) inherit(program, one);
  return program;
}

/** Options given before a command's name count for the command, unless it has them itself. */
function inherit(program: Command, one: Command): void {
  one.exitOverride();
  one.hook('preAction', (_, acting) => {
    for (const [name, value] of Object.entries(program.opts())) {
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
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
