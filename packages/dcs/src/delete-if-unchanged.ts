import { CodedError, codeOf, type Answer } from '@citus-ha/core';
import type { EtcdEndpoint } from './etcd-connection.js';
import { encode, type EtcdKey } from './etcd-key.js';

/**
 * What came of a request that changes something: `refused` is certain, too, and `unknown` means that it may have been done or
 * may yet be.
 */
export type Outcome = 'done' | 'refused' | 'unknown';

export interface Requests {
  readonly endpoints: readonly EtcdEndpoint[];
  /** @throws CodedError `ETCD_UNREACHABLE` or `ETCD_REFUSED` where nothing was done, and others where that is not known. */
  send(endpoint: EtcdEndpoint, path: string, body: object): Promise<Answer>;
  get(key: string): Promise<EtcdKey | undefined>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Deletes keys in one transaction, provided that the guard is still there, unchanged in value, revision and lease. Sent again
 * elsewhere when its answer is lost, since two can do no more than one; what a refusal means then is read from etcd, where the
 * first may have been done.
 *
 * @throws CodedError where no endpoint took it, so that nothing was done.
 */
export async function deleteIfUnchanged(requests: Requests, guard: EtcdKey, keys: readonly string[]): Promise<Outcome> {
  let isLost = false;
  let failure: unknown = new CodedError('ETCD_UNREACHABLE', 'No etcd endpoint is known');
  for (const endpoint of requests.endpoints) {
    try {
      const answer = await requests.send(endpoint, '/v3/kv/txn', transaction(guard, keys));
      if (answer.flag('succeeded')) return 'done';
      return isLost ? await whatCameOf(requests, guard) : 'refused';
    } catch (error) {
      requests.signal?.throwIfAborted();
      failure = error;
      isLost ||= !nothingDone.has(codeOf(error) ?? '');
    }
  }
  if (!isLost) throw failure;
  return whatCameOf(requests, guard).catch(() => {
    requests.signal?.throwIfAborted();
    return 'unknown';
  });
}

const nothingDone = new Set(['ETCD_UNREACHABLE', 'ETCD_REFUSED', 'ETCD_LOGIN_REFUSED']);

/** A key that is gone, or was made anew, has been deleted; one that was changed refuses the guard for ever. */
async function whatCameOf(requests: Requests, guard: EtcdKey): Promise<Outcome> {
  const now = await requests.get(guard.key);
  if (now?.createRevision !== guard.createRevision) return 'done';
  return now.modRevision === guard.modRevision ? 'unknown' : 'refused';
}

function transaction(guard: EtcdKey, keys: readonly string[]): object {
  const key = encode(guard.key);
  return {
    compare: [
      { key, target: 'VALUE', result: 'EQUAL', value: encode(guard.value) },
      { key, target: 'MOD', result: 'EQUAL', mod_revision: guard.modRevision },
      { key, target: 'LEASE', result: 'EQUAL', lease: guard.lease },
    ],
    success: keys.map((doomed) => ({ request_delete_range: { key: encode(doomed) } })),
  };
}
