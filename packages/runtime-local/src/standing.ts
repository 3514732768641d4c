import { userInfo } from 'node:os';
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
  const { uid, gid, username: name } = userInfo();
  return { account: { name, uid, gid, other: false }, isolation: 'none' };
}
