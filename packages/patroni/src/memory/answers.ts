import { leaderOf, type PatroniCluster, type PatroniMember } from '../patroni-cluster.js';
import type { PatroniStatus } from '../patroni-status.js';
import { isPaused, synchronousMode } from './dynamic-config.js';
import { patroniVersion } from './ha-loop.js';
import type { ScopeView } from './scope-keys.js';
import { isStreaming, type SimulatedMember } from './simulated-member.js';
import type { World } from './world.js';

/** `GET /patroni`. */
export function statusOf({ scope, members }: World, member: SimulatedMember): PatroniStatus {
  const { lastView: view, dcsLastSeen = null, failsafeActive = false } = member.memory;
  const runs = member.state === 'running';
  return {
    name: member.name,
    scope,
    patroniVersion,
    state: member.state,
    role: member.role,
    timeline: runs ? member.timeline : null,
    serverVersion: runs ? 150018 : null,
    lsn: runs ? member.lsn : null,
    receivedLsn: runs && member.role === 'replica' ? member.lsn : null,
    replicationState: isStreaming(member, members) ? 'streaming' : null,
    synchronous: view?.sync?.standbys.includes(member.name) ?? false,
    pendingRestart: false,
    paused: isPaused(view?.config),
    unlocked: view?.leader === undefined,
    failsafeActive,
    dcsLastSeen,
    systemIdentifier: member.systemIdentifier,
  };
}

/** `GET /cluster` (patroni/utils.py, `cluster_as_json`). */
export function clusterOf({ scope }: World, view: ScopeView): PatroniCluster {
  const mode = synchronousMode(view.config);
  const members = [...view.members].map(([name, told]): PatroniMember => {
    const isLeader = name === view.leader?.name;
    const isSynchronous = mode !== 'off' && (view.sync?.standbys.includes(name) ?? false);
    const { xlog_location: lsn, replication_state: replication, timeline = null, state, api_url: apiUrl } = told;
    return {
      name,
      role: isLeader ? 'leader' : !isSynchronous ? 'replica' : mode === 'quorum' ? 'quorum_standby' : 'sync_standby',
      state: isLeader ? state : (replication ?? state),
      apiUrl,
      host: name,
      port: 5432,
      timeline,
      lagBytes: isLeader || lsn === undefined ? null : Math.max(0, view.optime - lsn),
      pendingRestart: false,
    };
  });
  return { scope, members: members.toSorted((a, b) => (a.name < b.name ? -1 : 1)), paused: isPaused(view.config) };
}

/** Why a switchover or a failover cannot be, in Patroni's words (patroni/api.py, `is_failover_possible`). */
export function refusalOfMove(
  view: ScopeView,
  cluster: PatroniCluster,
  { leader, candidate }: { readonly leader?: string | undefined; readonly candidate?: string | undefined },
  isFit: (name: string) => boolean,
): string | undefined {
  const action = leader === undefined ? 'failover' : 'switchover';
  const mode = synchronousMode(view.config);
  if (leader !== undefined && leaderOf(cluster)?.name !== leader) return 'leader name does not match';
  const others = cluster.members.filter(({ name }) => name !== (leader ?? view.leader?.name));
  const synchronous = view.sync?.standbys ?? [];
  if (candidate !== undefined) {
    if (leader !== undefined && mode === 'on' && !synchronous.includes(candidate)) {
      return 'candidate name does not match with sync_standby';
    }
    if (!others.some(({ name }) => name === candidate)) return 'candidate does not exists';
  } else if (mode === 'on' && !others.some(({ name }) => synchronous.includes(name))) {
    return `${action} is not possible: can not find sync_standby`;
  }
  const possible = others.filter(({ name }) => (candidate === undefined ? true : name === candidate));
  return possible.some(({ name }) => isFit(name))
    ? undefined
    : `${action} is not possible: no good candidates have been found`;
}
