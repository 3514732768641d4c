import type { Fault } from './fault.js';
import { databaseTargets, each, inDataDir, inEachRunning, namesOf } from './members.js';

/** The process that PostgreSQL's pid file names; `$0` is the data directory. */
const postmaster = '$(head -n 1 "$0/postmaster.pid")';

/**
 * A member that half lives: the sessions that it has go on, Patroni's own among them, so that the lock is kept, while nobody can
 * begin another one.
 */
export const postmasterPause: Fault = {
  name: 'postmaster-pause',
  description: "only PostgreSQL's postmaster is frozen (SIGSTOP): its sessions go on, Patroni's too, but none begins",
  needs: [],
  targets: databaseTargets,
  deposes: false,
  inject: ({ cluster, members }) => each(members, (member) => inDataDir(cluster, member, `kill -STOP ${postmaster}`)),
  heal: (context) => inEachRunning(context, `[ ! -f "$0/postmaster.pid" ] || kill -CONT ${postmaster} || true`),
  evidence: async ({ cluster, members }) => {
    const read = `cut -d ' ' -f 3 /proc/${postmaster}/stat`;
    const states = await Promise.all(members.map((member) => inDataDir(cluster, member, read)));
    return states.every((state) => state.trim() === 'T') ? `postmaster of ${namesOf(members)} frozen` : undefined;
  },
};
