import { Command, Option } from 'commander';

export interface CommonOptions {
  readonly config?: string;
  readonly runtime?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** A command with the options that every command takes, also where they stand before its name. */
export function command(nameAndArguments: string, description: string): Command {
  return withCommonOptions(new Command(nameAndArguments.split(' ')[0]).description(description)).arguments(
    nameAndArguments.split(' ').slice(1).join(' '),
  );
}

export function withCommonOptions(target: Command): Command {
  return target
    .option('-c, --config <file>', 'cluster.yaml to use (default: the nearest upward, or $CITUS_HA_CONFIG)')
    .addOption(new Option('--runtime <kind>', 'where members run').choices(['auto', 'local', 'docker']))
    .option('--json', 'print JSON');
}
