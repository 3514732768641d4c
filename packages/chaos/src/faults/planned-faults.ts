import { coordinatorCluster, restartMember, switchover } from '@citus-ha/cluster';
import { leaderOf } from '@citus-ha/patroni';
import type { Fault } from './fault.js';
import { namesOf } from './members.js';
import { isAlive, postmastersOf } from './postmasters.js';

export const switchOver: Fault = {
  name: 'switchover',
  description: 'the leader is moved to a standby, planned',
  needs: [],
  targets: ['leader'],
  deposes: true,
  inject: async ({ cluster }) => void (await switchover(cluster)),
  heal: nothingToHeal,
  evidence: async ({ cluster, members }) => {
    const leader = leaderOf(await coordinatorCluster(cluster))?.name;
    const moved = leader !== undefined && members.every(({ name }) => name !== leader);
    return moved ? `${leader} leads` : undefined;
  },
};

export const rollingRestart: Fault = {
  name: 'rolling-restart',
  description: 'the PostgreSQL of each member is restarted, one after the other',
  needs: [],
  targets: ['all-coordinators', 'all-workers', 'all-coordinators+all-workers', 'leader', 'standby'],
  deposes: false,
  inject: async ({ cluster, members }) => {
    for (const member of members) await restartMember(cluster, member);
  },
  heal: nothingToHeal,
  evidence: async (context, before) => {
    const now = await postmastersOf(context);
    const anew = context.members.every(({ name }) => {
      const postmaster = now.get(name);
      return postmaster !== undefined && isAlive(postmaster) && postmaster !== before.postmasters.get(name);
    });
    return anew ? `${namesOf(context.members)} restarted` : undefined;
  },
};

async function nothingToHeal(): Promise<void> {}
