import { dirname } from 'node:path/posix';
import { poolers, proxies, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { endingBy } from './ending-by.js';
import { keptConnections } from './kept-connections.js';
import { poolerLogin, poolerQuery } from './pooler-login.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';

/** The first whose pools remember the statements that clients have prepared (PgBouncer's changelog, 1.21). */
const firstWithStatements = [1, 21] as const;

/** By SIGTERM newer ones let open transactions end only once every client has gone, and older ones not at all. */
const endKindly = endingBy('INT', 'ulimit -n "$(ulimit -Hn)"\n');

/** A pooler: PgBouncer, which sends all to the write endpoint, so that only the proxy knows who leads. */
export function renderPoolerMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { spec, site } = input;
  const { configFile } = placeOf(site, member.name);
  const usersFile = `${dirname(configFile)}/users.txt`;
  const { role, password } = poolerLogin(input);
  return {
    ...member,
    command: [...endKindly, 'pgbouncer', ...programOf(input, member), configFile],
    env: {},
    files: [
      { path: configFile, content: pgbouncerIni(input, member, usersFile), mode: 0o644 },
      { path: usersFile, content: `"${role}" "${password.replaceAll('"', '""')}"\n`, mode: 0o600 },
    ],
    ports: { [isFirst(spec, member) ? 'pooled' : 'further']: spec.pooler.port },
  };
}

/** Whether PgBouncer of this version passes on prepared statements; `undefined` where the version is not known. */
export function keepsStatements(version: string | undefined): boolean | undefined {
  const [major = Number.NaN, minor = Number.NaN] = (version ?? '').split('.').map(Number);
  if (Number.isNaN(major) || Number.isNaN(minor)) return undefined;
  return major > firstWithStatements[0] || (major === firstWithStatements[0] && minor >= firstWithStatements[1]);
}

function pgbouncerIni(input: RenderInput, member: MemberSpec, usersFile: string): string {
  const { spec, site } = input;
  const { listen } = placeOf(site, member.name);
  const [proxy] = proxies(spec);
  const server = placeOf(site, proxy?.name ?? '');
  const { role } = poolerLogin(input);
  const connections = Math.max(
    1,
    Math.floor((spec.postgres.maxConnections - keptConnections(spec.postgres.maxConnections)) / 2 / spec.pooler.count),
  );
  return `[databases]
${spec.postgres.database} = host=${server.address} port=${spec.proxy.ports.write}

[pgbouncer]
listen_addr = ${listen === '::' ? '*' : listen}
listen_port = ${spec.pooler.port}
unix_socket_dir =
pool_mode = transaction
; A login is checked by what the servers keep of it, and passed on by the same.
auth_type = scram-sha-256
auth_file = ${usersFile}
auth_user = ${role}
auth_query = ${poolerQuery}
admin_users = ${role}
; Half of what servers give to clients is left to those who come by the proxy.
default_pool_size = ${connections}
max_db_connections = ${connections}
max_client_conn = 5000
; Where nobody leads for long, the proxy ends each connection that waits for a leader.
server_login_retry = 0.2
server_connect_timeout = 5
${keepsStatements(site.versions.pgbouncer) ? 'max_prepared_statements = 200\n' : ''}; Of JDBC; settings that would be lost are refused.
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
`;
}

/** The one that serves where clients are told to come to. */
function isFirst(spec: ClusterSpec, { name }: MemberSpec): boolean {
  return poolers(spec)[0]?.name === name;
}

function programOf({ site }: RenderInput, { name }: MemberSpec): readonly string[] {
  const program = site.programs.pgbouncer;
  if (program !== undefined) return program;
  throw new CodedError('MEMBER_KIND_UNSUPPORTED', `The ${site.runtime} site has no PgBouncer`, {
    member: name,
    fix: 'Run `citus-ha up`, which settles the programs of its members.',
  });
}
