import { proxies, workers } from '@citus-ha/config';
import { ports } from '@citus-ha/layout';
import { passfile } from './passfile.js';
import { poolerLogin } from './pooler-login.js';
import type { RenderedMember, RenderInput } from './rendering.js';

const passFile = '/etc/citus-ha/pgpass';
const script = '/etc/citus-ha/setup.sql';

/** The `setup` service: a psql script that makes one cluster of started servers, and can be run as often as one likes. */
export function renderSetup(input: RenderInput): Pick<RenderedMember, 'command' | 'env' | 'files'> {
  const { spec } = input;
  return {
    command: ['psql', '--no-psqlrc', '--set=ON_ERROR_STOP=1', `--file=${script}`],
    env: {
      PGHOST: proxyName(input),
      PGPORT: String(spec.proxy.ports.write),
      PGUSER: spec.credentials.superuser,
      PGDATABASE: spec.postgres.database,
      PGPASSFILE: passFile,
    },
    files: [
      { path: script, content: setupSql(input), mode: 0o644 },
      { path: passFile, content: passfile(input), mode: 0o600 },
    ],
  };
}

function setupSql(input: RenderInput): string {
  const { spec } = input;
  const { database } = spec.postgres;
  const nodes = workers(spec).map(({ name }) => name);
  return `${nodes.map((name) => workerSql(name, database)).join('')}\\connect "${database}" - ${proxyName(input)} ${spec.proxy.ports.write}
${extensions}${nodes.map((name) => `SELECT citus_add_node('${name}', ${ports.postgres});\n`).join('')}${spec.pooler.count > 0 ? poolerLogin(input).create : ''}`;
}

function workerSql(name: string, database: string): string {
  return `\\connect postgres - ${name} ${ports.postgres}
SELECT 'CREATE DATABASE "${database}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}')
\\gexec
\\connect "${database}"
${extensions}
`;
}

/** Asks first: a worker that is registered refuses the statement even where nothing is to be done. */
const extensions = ['citus', 'pg_stat_statements']
  .map(
    (name) =>
      `SELECT 'CREATE EXTENSION ${name}' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = '${name}')\n\\gexec\n`,
  )
  .join('');

function proxyName({ spec }: RenderInput): string {
  return proxies(spec)[0]?.name ?? 'haproxy';
}
