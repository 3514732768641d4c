import { withConnection } from '@citus-ha/citus';
import { databaseMembers } from '@citus-ha/config';
import { codeOf } from '@citus-ha/core';
import type { Site } from '@citus-ha/layout';
import { clusterHandle } from '../cluster-handle.js';
import type { ClusterContext } from '../context.js';
import type { ClusterRecord } from '../record/cluster-record.js';
import type { PasswordTrial } from '../record/takes-password.js';

/** Logs in to every server as the superuser; `code` is that of the error, where there was one. */
export function passwordTrial(context: ClusterContext, site: Site, kept: ClusterRecord | undefined): PasswordTrial {
  return async (superuser) => {
    if (kept === undefined) return [];
    const record = { ...kept, secrets: { ...kept.secrets, superuser } };
    const cluster = clusterHandle(context, { site, record });
    const placed = databaseMembers(context.spec).filter(({ name }) => site.members[name]);
    return Promise.all(
      placed.map(({ name }) => {
        const server = { ...cluster.sql(name), database: 'postgres' };
        return withConnection(server, async () => undefined, { timeoutMs: 3_000 }).then(
          () => ({ member: name }),
          (error: unknown) => ({ member: name, code: codeOf(error) ?? 'CONNECT_FAILED' }),
        );
      }),
    );
  };
}
