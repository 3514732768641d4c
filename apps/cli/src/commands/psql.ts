import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memberNamed, type ClusterHandle } from '@citus-ha/cluster';
import type { ServerAddress } from '@citus-ha/citus';
import { databaseMembers } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { Option, type Command } from 'commander';
import { execa } from 'execa';
import { bareCommand, withCommonOptions, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { interruption, lendTerminal } from '../interrupt.js';
import { withTemporaryFolder } from '../temporary-folder.js';
import { forwardTo } from './forward.js';
import { psqlEnvironment } from './psql-environment.js';

interface PsqlOptions extends CommonOptions {
  readonly read?: boolean;
  readonly member?: string;
}

/** Options it does not know are psql's, so -c is psql's too, and the configuration is named by --config only. */
export function psqlCommand(): Command {
  const made = bareCommand(
    'psql [arguments...]',
    "open psql on the write endpoint; further arguments are psql's, -c too",
  );
  return withCommonOptions(made, '--config <file>')
    .option('--read', 'on the read endpoint')
    .addOption(new Option('--member <name>', 'on one member, without the proxy').conflicts('read'))
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[], options: PsqlOptions) => {
      const cluster = await composeCluster(options);
      const server = options.member
        ? cluster.sql(databaseNamed(cluster, options.member))
        : cluster.endpoint(options.read ? 'read' : 'write');
      const isReachable = await cluster.runtime.isReachable();
      process.exitCode = await runPsql(server, isReachable, args[0] === '--' ? args.slice(1) : args);
    });
}

function databaseNamed(cluster: ClusterHandle, name: string): string {
  const names = databaseMembers(cluster.spec).map((member) => member.name);
  if (names.includes(memberNamed(cluster, name).name)) return name;
  throw new CodedError('NO_DATABASE', `--member ${name}: ${name} has no PostgreSQL`, {
    blame: 'user',
    fix: `Name one of ${names.join(', ')}.`,
  });
}

async function runPsql(server: ServerAddress, isReachable: boolean, args: readonly string[]): Promise<number> {
  return withTemporaryFolder(async (folder) => {
    const passFile = join(folder, 'pgpass');
    await writeFile(passFile, `*:*:*:*:${escapePassFile(server.password ?? '')}\n`, { mode: 0o600 });
    const forward = isReachable || !server.way ? undefined : await forwardTo(server.way, socketIn(folder, server));
    const run = execa('psql', args, {
      stdio: 'inherit',
      reject: false,
      cancelSignal: interruption(),
      extendEnv: false,
      env: psqlEnvironment(process.env, forward ? { ...server, host: folder } : server, passFile),
    });
    const { exitCode, code } = await lendTerminal(() => run).finally(() => forward?.close());
    interruption().throwIfAborted();
    if (code === 'ENOENT') {
      throw new CodedError('PROGRAM_MISSING', 'psql could not be started', {
        fix: "Install Debian's postgresql-client.",
      });
    }
    return exitCode ?? 1;
  });
}

/** Where libpq looks for a server in a folder (PostgreSQL manual, unix_socket_directories). */
function socketIn(folder: string, { port }: ServerAddress): string {
  return join(folder, `.s.PGSQL.${port}`);
}

/** In a password file a colon and a backslash are escaped (PostgreSQL manual, "The Password File"). */
function escapePassFile(password: string): string {
  return password.replaceAll(/[:\\]/g, (character) => `\\${character}`);
}
