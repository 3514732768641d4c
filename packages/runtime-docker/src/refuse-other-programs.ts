import type { ClusterSpec } from '@citus-ha/config';
import type { ImageContents, Site } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';

/**
 * PostgreSQL starts only on data of its own major version, and with Citus only on what has been made with it.
 *
 * @throws CodedError `DATA_VERSION` or `BASE_WITHOUT_CITUS`.
 */
export function refuseOtherPrograms(
  known: Pick<Site, 'versions' | 'citusAvailable'> | undefined,
  found: Pick<ImageContents, 'postgres' | 'citus'>,
  { engine }: Pick<ClusterSpec, 'engine'>,
): void {
  if (known === undefined) return;
  const expected = known.versions.postgres;
  if (expected !== found.postgres) {
    throw new CodedError(
      'DATA_VERSION',
      `The cluster has data of PostgreSQL ${expected}, but PostgreSQL ${found.postgres} would run it`,
      {
        fix: `Set postgres.version: ${expected} and a docker.baseImage with that version, or move the data by pg_dump into a new cluster.`,
      },
    );
  }
  if (known.citusAvailable && !found.citus && engine !== 'standin') {
    throw new CodedError('BASE_WITHOUT_CITUS', 'The cluster was made on a base with Citus, but this one has none', {
      blame: 'user',
      fix: 'Name a base with Citus under docker.baseImage; or set engine: standin, where the cluster was made with that.',
    });
  }
}
