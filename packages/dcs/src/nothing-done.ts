import { codeOf } from '@citus-ha/core';

const nothingDone = new Set(['ETCD_UNREACHABLE', 'ETCD_REFUSED', 'ETCD_LOGIN_REFUSED']);

/** Whether an error says for certain that the request did nothing. */
export function isNothingDone(error: unknown): boolean {
  return nothingDone.has(codeOf(error) ?? '');
}
