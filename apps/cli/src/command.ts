import { Command, Option } from 'commander';

export interface CommonOptions {
  readonly config?: string;
  readonly runtime?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** A command with the options that every command takes, also where they stand before its name. */
export function command(nameAndArguments: string, description: string): Command {
  return withCommonOptions(bareCommand(nameAndArguments, description), '-c, --config <file>');
}

export function bareCommand(nameAndArguments: string, description: string): Command {
  const [name, ...args] = nameAndArguments.split(' ');
  const made = new Command(name).description(description);
  return args.length > 0 ? made.arguments(args.join(' ')) : made;
}

export function withCommonOptions(target: Command, config: '-c, --config <file>' | '--config <file>'): Command {
  return target
    .option(config, 'cluster.yaml to use (default: the nearest upward, or $CITUS_HA_CONFIG)')
    .addOption(new Option('--runtime <kind>', 'where members run').choices(['auto', 'local', 'docker']))
    .option('--json', 'print JSON');
}
