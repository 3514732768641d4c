import type { MemberSpec } from '@citus-ha/config';
import { ports } from '@citus-ha/layout';
import { escaped } from './escaped.js';
import { placeOf, type RenderInput } from './rendering.js';

/** How a program within a member connects to its server, as the superuser: a libpq connection string without a password. */
export function ownServer({ spec, site }: RenderInput, { name }: MemberSpec, database: string): string {
  const { runDir, passFile } = placeOf(site, name);
  return `host=${escaped(runDir)} port=${ports.postgres} user=${spec.credentials.superuser} dbname=${database} passfile=${escaped(passFile)}`;
}
