import { coordinators, type MemberSpec } from '@citus-ha/config';
import { ports } from '@citus-ha/layout';
import { escaped } from './escaped.js';
import { placeOf, type RenderInput } from './rendering.js';

/** How a program within a member connects to its server, as the superuser: a libpq connection string without a password. */
export function ownServer(input: RenderInput, member: MemberSpec, database: string): string {
  return connectionString(input, member, placeOf(input.site, member.name).runDir, database);
}

/** The same to whichever coordinator takes writes. */
export function leadingServer(input: RenderInput, member: MemberSpec, database: string): string {
  const hosts = coordinators(input.spec).map(({ name }) => placeOf(input.site, name).address);
  return `${connectionString(input, member, hosts.join(','), database)} target_session_attrs=read-write connect_timeout=2`;
}

function connectionString({ spec, site }: RenderInput, { name }: MemberSpec, host: string, database: string): string {
  const { passFile } = placeOf(site, name);
  return `host=${escaped(host)} port=${ports.postgres} user=${spec.credentials.superuser} dbname=${database} passfile=${escaped(passFile)}`;
}
