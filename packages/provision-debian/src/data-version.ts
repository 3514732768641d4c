import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';

/** Folders of data, by member; those of members that are no servers of PostgreSQL too. */
export type DataDirs = Readonly<Record<string, { readonly dataDir: string }>>;

/**
 * PostgreSQL starts only on data of its own major version.
 *
 * @throws CodedError `DATA_VERSION` naming the first member whose data are of another one; `DATA_UNREADABLE`.
 */
export async function checkDataVersion(members: DataDirs, expected: number): Promise<void> {
  for (const [member, { dataDir }] of Object.entries(members)) {
    const found = await dataVersion(dataDir);
    if (found === undefined || found === expected) continue;
    throw new CodedError(
      'DATA_VERSION',
      `${member} has data of PostgreSQL ${found}, but PostgreSQL ${expected} would run it`,
      {
        member,
        fix: `Set postgres.version: ${found} in cluster.yaml and have that version installed, or move the data by pg_dump into a new cluster.`,
      },
    );
  }
}

/**
 * Major version of the first data that there are; `undefined` where there are none.
 *
 * @throws CodedError `DATA_UNREADABLE`.
 */
export async function majorOfData(members: DataDirs): Promise<number | undefined> {
  for (const { dataDir } of Object.values(members)) {
    const major = await dataVersion(dataDir);
    if (major !== undefined) return major;
  }
  return undefined;
}

/** Of its PG_VERSION file, the first that initdb writes. */
async function dataVersion(dataDir: string): Promise<number | undefined> {
  const path = join(dataDir, 'PG_VERSION');
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new CodedError('DATA_UNREADABLE', `The data folder ${dataDir} cannot be read: ${messageOf(error)}`, {
      cause: error,
      fix: 'Give it back to the user that members run as, or move it away; it is left as it is.',
    });
  }
}
