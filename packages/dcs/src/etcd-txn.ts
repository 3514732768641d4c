import { CodedError, type Answer } from '@citus-ha/core';
import type { Change, Comparison, Transaction } from './dcs.js';
import type { EtcdEndpoint } from './etcd-connection.js';
import { encode } from './etcd-key.js';
import { isNothingDone } from './nothing-done.js';

/**
 * Sends a transaction to one endpoint after the other until one answers; see {@link Dcs.txn}.
 *
 * @param send Throws CodedError of which {@link isNothingDone} is true only where nothing was done.
 */
export async function sendTransaction(
  endpoints: readonly EtcdEndpoint[],
  send: (endpoint: EtcdEndpoint, path: string, body: object) => Promise<Answer>,
  transaction: Transaction,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const body = bodyOf(transaction);
  let lost: unknown;
  let failure: unknown = new CodedError('ETCD_UNREACHABLE', 'No etcd endpoint is known');
  for (const endpoint of endpoints) {
    try {
      const succeeded = (await send(endpoint, '/v3/kv/txn', body)).flag('succeeded');
      if (succeeded || lost === undefined) return succeeded;
      break;
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
      if (!isNothingDone(error)) lost = error;
    }
  }
  throw lost ?? failure;
}

function bodyOf({ compare, success }: Transaction): object {
  return { compare: compare.flatMap(comparisonsOf), success: success.map(requestOf) };
}

function comparisonsOf({ key, value, createRevision, modRevision, lease }: Comparison): readonly object[] {
  const equal = { key: encode(key), result: 'EQUAL' };
  return [
    ...(value === undefined ? [] : [{ ...equal, target: 'VALUE', value: encode(value) }]),
    ...(createRevision === undefined ? [] : [{ ...equal, target: 'CREATE', create_revision: createRevision }]),
    ...(modRevision === undefined ? [] : [{ ...equal, target: 'MOD', mod_revision: modRevision }]),
    ...(lease === undefined ? [] : [{ ...equal, target: 'LEASE', lease }]),
  ];
}

function requestOf(change: Change): object {
  if ('delete' in change) return { request_delete_range: { key: encode(change.delete) } };
  const { put, value, lease = '0' } = change;
  return { request_put: { key: encode(put), value: encode(value), lease } };
}
