import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpointOf, serverOf } from '@citus-ha/cluster';
import { CodedError } from '@citus-ha/core';
import type { Command } from 'commander';
import { execa } from 'execa';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';

export function psqlCommand(): Command {
  return command('psql [arguments...]', 'open psql on the write endpoint; arguments after -- go to psql')
    .option('--read', 'on the read endpoint')
    .option('--member <name>', 'on one member, without the proxy')
    .passThroughOptions()
    .action(async (args: string[], options: CommonOptions & { read?: boolean; member?: string }) => {
      const cluster = await composeCluster(options);
      const server = options.member
        ? serverOf(cluster, options.member)
        : endpointOf(cluster, options.read ? 'read' : 'write');
      const folder = await mkdtemp(join(tmpdir(), 'citus-ha-'));
      try {
        const passFile = join(folder, 'pgpass');
        await writeFile(passFile, `*:*:*:*:${escapePassFile(server.password ?? '')}\n`, { mode: 0o600 });
        const { exitCode } = await execa('psql', args, {
          stdio: 'inherit',
          reject: false,
          env: {
            PGHOST: server.host,
            PGPORT: String(server.port),
            PGUSER: server.user,
            PGDATABASE: server.database,
            PGPASSFILE: passFile,
          },
        });
        if (exitCode === undefined) {
          throw new CodedError('PROGRAM_MISSING', 'psql could not be started', {
            fix: "Install Debian's postgresql-client.",
          });
        }
        process.exitCode = exitCode;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}

/** In a password file a colon and a backslash are escaped (PostgreSQL manual, "The Password File"). */
function escapePassFile(password: string): string {
  return password.replaceAll(/[:\\]/g, (character) => `\\${character}`);
}
