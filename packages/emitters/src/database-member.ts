import type { MemberSpec } from '@citus-ha/config';
import { lagAgent, startPatroni } from '@citus-ha/member-agent';
import { ports } from '@citus-ha/layout';
import { agentPath } from './agent-files.js';
import { nodeCertificate } from './node-certificate.js';
import { passfile } from './passfile.js';
import { patroniYaml } from './patroni.js';
import { patroniSettings } from './patroni-settings.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';
import { transactionRecovery } from './transaction-recovery.js';

/** Debian's, which Patroni's modules belong to; another one may come first in PATH. */
const python = '/usr/bin/python3';

/** A coordinator or worker: PostgreSQL under Patroni, which begins as docs/adr/0010 says. */
export function renderDatabaseMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { configFile, passFile, runDir } = placeOf(input.site, member.name);
  const { credentials, postgres } = input.spec;
  const recovery = transactionRecovery(input, member);
  const certificate = nodeCertificate(input, member);
  const program = (name: string) => [python, agentPath(input, member, name)];
  return {
    ...member,
    command: [...program('start-patroni.py'), ...program('run-patroni.py'), ...input.site.programs.patroni, configFile],
    env: {
      // For whoever types psql, pg_dump or patronictl within the member. All that connects by itself names its server.
      PGHOST: runDir,
      PGUSER: credentials.superuser,
      PGDATABASE: postgres.database,
      PGPASSFILE: passFile,
      PATRONICTL_CONFIG_FILE: configFile,
      ...certificate?.env,
    },
    files: [
      { path: configFile, content: patroniYaml(patroniSettings(input, member)), mode: 0o600 },
      { path: passFile, content: passfile(input), mode: 0o600 },
      ...(certificate?.files ?? []),
      ...[...startPatroni, ...(member.kind === 'coordinator' ? [lagAgent] : [])].map(({ name, content }) => ({
        path: agentPath(input, member, name),
        content,
        mode: 0o644,
      })),
      ...(recovery ? [recovery.file] : []),
    ],
    ports: { postgres: ports.postgres, patroni: ports.patroni },
  };
}
