import { dirname } from 'node:path';
import { needsOf, type Site } from '@citus-ha/layout';
import { memberPath } from '@citus-ha/provision-debian';
import type { ClusterFolder } from './cluster-folder.js';
import { memberVariable } from './life.js';
import type { MemberFolder } from './member-folder.js';
import type { MemberRecord } from './member-record.js';

/** What a member's processes see: nothing of this process's own environment but where programs are. */
export function memberEnvironment(
  site: Site | undefined,
  cluster: ClusterFolder,
  folder: MemberFolder,
  { definition }: MemberRecord,
): Readonly<Record<string, string>> {
  return {
    LANG: 'C.UTF-8',
    HOME: folder.data,
    PATH: memberPath(site?.programs),
    // Where it finds the cluster that it attends.
    ...(needsOf(definition.kind).attends && { XDG_STATE_HOME: dirname(cluster.home) }),
    ...definition.env,
    [memberVariable]: folder.path,
  };
}
