import type { Answer } from '@citus-ha/core';
import type { EtcdEndpoint } from './etcd-connection.js';
import { encode } from './etcd-key.js';

/** What one member of etcd says of its database (etcd manual, "Space quota"). */
export interface EtcdSpace {
  /** Of its file. */
  readonly sizeBytes: number | null;
  /** Of that what keys take; the rest comes back when it is defragmented. */
  readonly usedBytes: number | null;
  /** `NOSPACE`: full, no key can be written any more. `CORRUPT`: members differ. */
  readonly alarms: readonly string[];
}

type Send = (endpoint: EtcdEndpoint, path: string, body: object) => Promise<Answer>;

export const unknownSpace: EtcdSpace = { sizeBytes: null, usedBytes: null, alarms: [] };

/** Answered by the member alone, also without a majority and without a login. */
export async function readSpace(send: Send, endpoint: EtcdEndpoint): Promise<EtcdSpace> {
  const status = await send(endpoint, '/v3/maintenance/status', {});
  const alarms = status.textsOrNone('errors').flatMap((text) => /alarm:\s*(\w+)/.exec(text)?.[1] ?? []);
  const bytes = (key: string) => (status.textOrNull(key) === null ? null : Number(status.text(key)));
  return { sizeBytes: bytes('dbSize'), usedBytes: bytes('dbSizeInUse'), alarms: [...new Set(alarms)] };
}

/** Forgets old revisions, gives their space back, one member after the other, and lifts the alarms of those that were full. */
export async function makeRoom(send: Send, endpoints: readonly EtcdEndpoint[]): Promise<void> {
  const [first] = endpoints;
  if (first === undefined) return;
  const anything = await send(first, '/v3/kv/range', { key: encode('/') });
  const revision = anything.object('header').text('revision');
  await send(first, '/v3/kv/compaction', { revision, physical: true }).catch((error: unknown) => {
    // It has done so by itself a moment ago.
    if (!(error instanceof Error && /required revision has been compacted/.test(error.message))) throw error;
  });
  for (const endpoint of endpoints) await send(endpoint, '/v3/maintenance/defragment', {});
  const alarms = (await send(first, '/v3/maintenance/alarm', { action: 'GET' })).objectsOrNone('alarms');
  for (const alarm of alarms.filter((one) => one.textOrNull('alarm') === 'NOSPACE')) {
    const memberID = alarm.text('memberID');
    await send(first, '/v3/maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm: 'NOSPACE' });
  }
}
