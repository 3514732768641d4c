import type { RenderInput } from './rendering.js';

/**
 * libpq's password file of a member, by which its backends (Citus, postgres_fdw) log in to other members. Any host: the
 * roles are the same on all of them (PostgreSQL manual, "The Password File").
 */
export function passfile({ spec, secrets }: RenderInput): string {
  const { superuser, replication } = spec.credentials;
  return [
    `*:*:*:${escape(superuser)}:${escape(secrets.superuser)}`,
    `*:*:*:${escape(replication)}:${escape(secrets.replication)}`,
    '',
  ].join('\n');
}

function escape(field: string): string {
  return field.replaceAll(/[\\:]/g, '\\$&');
}
