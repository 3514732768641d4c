import { type RequestOptions } from '@citus-ha/core';
import type { DeletionOptions, Dcs, Guards, Outcome } from './dcs.js';
import type { EtcdKey } from './etcd-key.js';
import { isNothingDone } from './nothing-done.js';

/**
 * Deletes keys in one transaction, provided that every guard is still there, unchanged in value, revision and lease. Sent again
 * elsewhere when its answer is lost, since two can do no more than one; what came of it then is read from etcd, where the
 * first may have been done.
 *
 * @throws CodedError where no endpoint took it, so that nothing was done.
 */
export async function deleteIfUnchanged(
  dcs: Pick<Dcs, 'get' | 'txn'>,
  guards: EtcdKey | Guards,
  keys: readonly string[],
  { puts = [], ...options }: DeletionOptions = {},
): Promise<Outcome> {
  const [first, ...others] = 'key' in guards ? ([guards] as const) : guards;
  const transaction = {
    compare: [first, ...others].map(({ key, value, modRevision, lease }) => ({ key, value, modRevision, lease })),
    success: [...keys.map((doomed) => ({ delete: doomed })), ...puts],
  };
  try {
    return (await dcs.txn(transaction, options)) ? 'done' : 'refused';
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isNothingDone(error)) throw error;
  }
  return whatCameOf(dcs, first, options).catch(() => {
    options.signal?.throwIfAborted();
    return 'unknown';
  });
}

/** A key that is gone, or was made anew, has been deleted; one that was changed refuses the guard for ever. */
async function whatCameOf(dcs: Pick<Dcs, 'get'>, guard: EtcdKey, options?: RequestOptions): Promise<Outcome> {
  const now = await dcs.get(guard.key, options);
  if (now?.createRevision !== guard.createRevision) return 'done';
  return now.modRevision === guard.modRevision ? 'unknown' : 'refused';
}
