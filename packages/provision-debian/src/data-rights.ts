import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, codeOf } from '@citus-ha/core';
import type { Account } from './member-account.js';

/**
 * PostgreSQL starts only on a folder that is its user's, and open to nobody else but for reading by its group (PostgreSQL manual,
 * "Creating a Database Cluster"); others refuse theirs too where it is not their user's.
 *
 * @throws CodedError `DATA_PERMISSION`.
 */
export async function checkDataRights(dataDir: string, member: string, account: Account): Promise<void> {
  const [found, version] = await Promise.all([statOf(dataDir), statOf(join(dataDir, 'PG_VERSION'))]);
  if (found === undefined) return;
  const mode = found.mode & 0o777;
  const isOpen = version !== undefined && (mode & 0o027) !== 0;
  if (found.uid === account.uid && (mode & 0o700) === 0o700 && !isOpen) return;
  throw new CodedError(
    'DATA_PERMISSION',
    `${member} would not start: the permissions of its data folder ${dataDir} are wrong: mode ${mode.toString(8).padStart(4, '0')}, user id ${found.uid}`,
    {
      member,
      fix: `Give it back: chown -R ${account.uid}:${account.gid} ${dataDir} && chmod 0700 ${dataDir}`,
    },
  );
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EACCES') return undefined;
    throw error;
  });
}
