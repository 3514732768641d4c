import type { Member, Observation } from '@citus-ha/runtime';
import type { ScopeSeen, Sync } from './scope.js';

/** Why nothing is done about a death. */
export type StandDown =
  | 'stopped-on-purpose'
  /** What died is not the member's last life. */
  | 'lives-again'
  | 'alive'
  /** Patroni's maintenance mode. */
  | 'paused';

export type RestartReason =
  /** Another one leads, or will. */
  | 'rejoin'
  /** Nobody else may lead. */
  | 'no-candidate';

export type Verdict =
  | { readonly act: 'depose'; readonly candidates: readonly string[] }
  | { readonly act: 'restart'; readonly why: RestartReason }
  | { readonly act: 'stand-down'; readonly why: StandDown }
  /** It can be seen neither dead nor alive. */
  | { readonly act: 'look-again' };

export interface Death {
  readonly member: string;
  /** The id of the life that ended. */
  readonly incarnation: string;
}

/** How a member was lost. */
export interface Lost {
  /** When it served nobody first. */
  readonly since: number;
  /** Whose promise holds for it. */
  readonly fault: 'kill' | 'pause' | 'postmaster-pause' | 'full-disk';
}

export interface SeenOfMembers {
  /** The one that died, as it is now. */
  readonly member: Member;
  /** What is known of the life that died. */
  readonly observation: Observation;
  /** Members that this machine sees, and does not see run. */
  readonly down: readonly string[];
}

/**
 * What follows from a death. Pure.
 *
 * @param scope As etcd had it before the members were looked at: whoever begins a new life since changes its keys.
 */
export function judge({ member, incarnation }: Death, scope: ScopeSeen, seen: SeenOfMembers): Verdict {
  if (seen.observation === 'alive') return standDown('alive');
  if (seen.observation === 'unknown' || seen.member.state === 'unknown') return { act: 'look-again' };
  if (seen.member.incarnation?.id !== incarnation || seen.member.state !== 'exited') return standDown('lives-again');
  if (seen.member.intent === 'stopped') return standDown('stopped-on-purpose');
  if (scope.isPaused) return standDown('paused');
  // That nobody holds the lock proves nothing; a new life is safe whoever does.
  if (scope.leader?.name !== member) return { act: 'restart', why: 'rejoin' };
  const candidates = candidatesOf(member, scope, seen.down);
  return candidates.length > 0 ? { act: 'depose', candidates } : { act: 'restart', why: 'no-candidate' };
}

/** Who lives and lacks nothing that was acknowledged; none where they are too few to elect one of them. */
export function candidatesOf(dead: string, { sync, running }: ScopeSeen, down: readonly string[]): readonly string[] {
  const living = running.filter((name) => name !== dead && !down.includes(name));
  if (sync === undefined) return living;
  const synchronous = sync.leader === dead ? living.filter((name) => sync.standbys.includes(name)) : [];
  return canElect(sync, synchronous) ? synchronous : [];
}

/** Under a quorum each must hear so many of the others before it takes the lock (Patroni, `Ha._is_healthiest_node`). */
function canElect({ quorum }: Sync, living: readonly string[]): boolean {
  return living.length > quorum;
}

function standDown(why: StandDown): Verdict {
  return { act: 'stand-down', why };
}
