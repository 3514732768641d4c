import type { Answer } from '@citus-ha/core';

/** The cluster as the DCS has it right now: Patroni's `GET /cluster`. */
export interface PatroniCluster {
  readonly scope: string;
  /** By name. A member that is down stays listed until its lease has run out. */
  readonly members: readonly PatroniMember[];
  /** Whether the cluster is in maintenance mode. */
  readonly paused: boolean;
}

export interface PatroniMember {
  readonly name: string;
  /** `leader`, `standby_leader`, `sync_standby`, `quorum_standby` or `replica`. */
  readonly role: string;
  /** `running`, `streaming`, `in archive recovery`, `starting`, `stopped`, `creating replica`, ... */
  readonly state: string;
  /** `null` for one that was killed: whoever wants to lead does not ask it. */
  readonly apiUrl: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly timeline: number | null;
  /** Bytes of WAL behind the leader; null for the leader, and where Patroni says `unknown`. */
  readonly lagBytes: number | null;
  readonly pendingRestart: boolean;
}

/** The member that holds the leader lock, if any does. */
export function leaderOf(cluster: PatroniCluster): PatroniMember | undefined {
  return cluster.members.find(({ role }) => role === 'leader' || role === 'standby_leader');
}

export function parseCluster(answer: Answer): PatroniCluster {
  return {
    scope: answer.text('scope'),
    members: answer.objects('members').map(parseMember),
    paused: answer.flag('pause'),
  };
}

function parseMember(answer: Answer): PatroniMember {
  return {
    name: answer.text('name'),
    role: answer.text('role'),
    state: answer.text('state'),
    apiUrl: answer.textOrNull('api_url'),
    host: answer.textOrNull('host'),
    port: answer.numberOrNull('port'),
    timeline: answer.numberOrNull('timeline'),
    lagBytes: answer.has('lag', 'unknown') ? null : answer.numberOrNull('lag'),
    pendingRestart: answer.flag('pending_restart'),
  };
}
