import { CodedError } from '@citus-ha/core';
import { execa } from 'execa';

/** The ordinary user that members run as; PostgreSQL refuses to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Whether it is another user than the one who runs this. */
  readonly other: boolean;
}

/**
 * As root the user `postgres` of Debian's packages, else the user who runs this.
 *
 * @throws CodedError `PROGRAM_MISSING` as root where PostgreSQL's package has not made that user yet.
 */
export async function memberAccount(): Promise<Account> {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { name: `uid ${uid}`, uid, gid: process.getgid?.() ?? uid, other: false };
  const entry = await execa('getent', ['passwd', 'postgres'], { reject: false });
  const [name, , user, group] = entry.stdout.split(':');
  if (entry.exitCode === 0 && name !== undefined && user !== undefined && group !== undefined) {
    return { name, uid: Number(user), gid: Number(group), other: true };
  }
  throw new CodedError(
    'PROGRAM_MISSING',
    'There is no user "postgres" to run members as: PostgreSQL is not installed',
    {
      blame: 'user',
      fix: 'Install it: apt-get install postgresql.',
    },
  );
}
