import { CodedError } from '@citus-ha/core';
import type { Member } from './runtime.js';

/** The error of every adapter for a member that was never created: it lists those that were. */
export function unknownMember(name: string, known: readonly Pick<Member, 'name'>[]): CodedError {
  const names = known.map((member) => member.name);
  return new CodedError('MEMBER_UNKNOWN', `There is no member called ${JSON.stringify(name)}`, {
    blame: 'user',
    fix: names.length === 0 ? 'There is no member yet: run citus-ha up.' : `Use one of: ${names.join(', ')}.`,
  });
}
