import { readdir } from 'node:fs/promises';
import { CodedError } from '@citus-ha/core';
import type { ClusterFolder } from './cluster-folder.js';
import { memberFolder } from './member-folder.js';

/**
 * Data without the passwords it was made with is of no use to a new cluster, and a loss for whoever made it.
 *
 * @throws CodedError `DATA_LEFT` where members have data and the cluster's store has no document.
 */
export async function refuseDataLeft(folder: ClusterFolder, cluster: string): Promise<void> {
  if ((await entriesOf(folder.store)).length > 0) return;
  const left: string[] = [];
  for (const name of await entriesOf(folder.members)) {
    const { data } = memberFolder(folder.members, name);
    if ((await entriesOf(data)).length > 0) left.push(data);
  }
  if (left.length === 0) return;
  throw new CodedError(
    'DATA_LEFT',
    `Data of an earlier cluster ${cluster} is there (${left.join(', ')}), but nothing says its passwords`,
    {
      blame: 'user',
      fix: `Restore state.json and store/ in ${folder.path} from a copy, or move the data away to begin anew.`,
    },
  );
}

async function entriesOf(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch(() => []);
  return names.toSorted((a, b) => a.localeCompare(b));
}
