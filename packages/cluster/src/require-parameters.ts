import { withConnection } from '@citus-ha/citus';
import { nearest } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { serverOf, type OpenCluster } from './open-cluster.js';

/**
 * Asks a running server for the parameters that cluster.yaml sets: Patroni leaves out those it does not know without a
 * word. A name with a dot belongs to an extension, and PostgreSQL takes any.
 *
 * @throws CodedError `PARAMETER_UNKNOWN` naming each of them, with the nearest known one.
 */
export async function requireParameters(cluster: OpenCluster, member: string): Promise<void> {
  const names = Object.keys(cluster.spec.postgres.parameters).filter((name) => !name.includes('.'));
  if (names.length === 0) return;
  const known = await withConnection(serverOf(cluster, member), async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_settings');
    return rows.map(({ name }) => name);
  });
  const unknown = names.filter((name) => !known.includes(name.toLowerCase()));
  if (unknown.length > 0) throw unknownParameters(cluster.site.versions.postgres, unknown, known);
}

export function unknownParameters(version: number, unknown: readonly string[], known: readonly string[]): CodedError {
  const hints = unknown.map((name) => nearest(name, known) ?? 'none that is like it');
  return new CodedError(
    'PARAMETER_UNKNOWN',
    `PostgreSQL ${version} knows no ${unknown.map((name) => `postgres.parameters.${name}`).join(', ')}`,
    { blame: 'user', fix: `Correct it in cluster.yaml; it knows ${hints.join(', ')}.` },
  );
}
