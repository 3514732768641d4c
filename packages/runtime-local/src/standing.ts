import type { MemberKind } from '@citus-ha/config';
import { needsOf } from '@citus-ha/layout';
import type { Account } from '@citus-ha/provision-debian';
import type { Isolation } from './launcher.js';

/** As whom a member runs, and how it is kept apart from others. */
export interface Standing {
  readonly account: Account;
  readonly isolation: Isolation;
}

/** One that attends the others is whoever runs this, and sees all of the machine. */
export function standingOf(kind: MemberKind, usual: Standing): Standing {
  if (!needsOf(kind).attends) return usual;
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return { account: { name: `uid ${uid}`, uid, gid, other: false }, isolation: 'none' };
}
