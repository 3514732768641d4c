import { setTimeout as delay } from 'node:timers/promises';
import { startMember } from '@citus-ha/cluster';
import { coordinators } from '@citus-ha/config';
import type { Fault } from './fault.js';
import { kill } from './process-faults.js';

const aheadMs = 3_000;

/** The one that asynchronous replication does not survive. */
export const killAhead: Fault = {
  ...kill,
  name: 'kill-ahead',
  description: 'the standbys are cut off, the leader goes on alone and is killed, and only then do the standbys return',
  targets: ['leader'],
  // Synchronous replication rightly gives the lock to nobody who lacks writes.
  deposes: false,
  losesWrites: true,
  inject: async (context) => {
    const { cluster, members } = context;
    const standbys = coordinators(cluster.spec).filter(({ name }) => members.every((member) => member.name !== name));
    await Promise.all(standbys.map(({ name }) => cluster.runtime.stop(name)));
    await delay(aheadMs, undefined, { signal: cluster.signal });
    await kill.inject(context);
    await Promise.all(standbys.map((standby) => startMember(cluster, standby)));
  },
  heal: ({ cluster }) => kill.heal({ cluster, members: coordinators(cluster.spec) }),
};
