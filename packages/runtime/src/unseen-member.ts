import { CodedError } from '@citus-ha/core';
import type { Member } from './runtime.js';

/** The error of every adapter for a member that nobody here can tell dead or alive: nothing is done to it. */
export function unseenMember(member: string, why: string): CodedError {
  return new CodedError('MEMBER_UNKNOWN_STATE', `Whether ${member} runs cannot be seen from here: ${why}`, {
    member,
    fix: 'Run this where the cluster was started: in its PID namespace (not in a container or an unshare beside it), as its user, with all of /proc.',
  });
}

/** @throws CodedError `MEMBER_UNKNOWN_STATE` for one that nobody here can tell dead or alive. */
export function refuseUnseen({
  name,
  state,
  unseen = 'nothing says it',
}: Pick<Member, 'name' | 'state' | 'unseen'>): void {
  if (state === 'unknown') throw unseenMember(name, unseen);
}
