import { isPaused, isFailsafe, synchronousCount, synchronousMode } from './dynamic-config.js';
import type { ScopeView, SyncState } from './scope-keys.js';
import { isPrimary, isStreaming, type SimulatedMember } from './simulated-member.js';

type Members = ReadonlyMap<string, SimulatedMember>;

/** Whether a member may try to take the leader key, which nobody holds (Patroni, `Ha.is_healthiest_node`). */
export function isHealthiest(member: SimulatedMember, members: Members, view: ScopeView): boolean {
  const { config, failover, failsafe } = view;
  if (isPaused(config) && failover?.member !== undefined) return failover.member === member.name;
  if (member.role === 'primary') return member.timeline > lastTimeline(view);
  if (isPaused(config) || !isFit(member)) return false;
  if (failover) return isNextByHand(member, members, view, failover);
  if (isFailsafe(config) && Object.keys(failsafe).length > 0 && !(member.name in failsafe)) return false;
  return mayLead(member.name, view) && isNewest(member, members, view);
}

/** What the leader writes of who is synchronous: those that were, as long as they stream, then others. */
export function nextSync(leader: SimulatedMember, members: Members, view: ScopeView): SyncState {
  const before = view.sync?.leader === leader.name ? view.sync.standbys : [];
  const streaming = [...members.values()].filter((one) => isStreaming(one, members)).map(({ name }) => name);
  const ordered = [...before.filter((name) => streaming.includes(name)), ...streaming];
  const count = synchronousMode(view.config) === 'quorum' ? streaming.length : synchronousCount(view.config);
  return { leader: leader.name, standbys: [...new Set(ordered)].slice(0, count) };
}

/** Those that may take over from a leader that steps down. */
export function candidatesFor(leader: string | undefined, members: Members, view: ScopeView): readonly string[] {
  const fit = [...members.values()].filter((one) => one.name !== leader && isFit(one));
  return fit.map(({ name }) => name).filter((name) => mayLead(name, view));
}

export function isFit({ isAlive, state, role }: SimulatedMember): boolean {
  return isAlive && state === 'running' && role === 'replica';
}

/** Under synchronous modes only those that `/sync` names, once it names someone. */
export function mayLead(name: string, { config, sync }: ScopeView): boolean {
  if (synchronousMode(config) === 'off' || !sync?.leader) return true;
  return sync.leader === name || sync.standbys.includes(name);
}

function isNextByHand(
  member: SimulatedMember,
  members: Members,
  view: ScopeView,
  { leader, member: candidate }: NonNullable<ScopeView['failover']>,
): boolean {
  // A failover, which names no leader, may lose what an asynchronous standby lacks.
  if (leader !== undefined && !mayLead(member.name, view)) return false;
  if (candidate === member.name) return true;
  const named = candidate === undefined ? undefined : members.get(candidate);
  if (named && isFit(named)) return false;
  // The one that stepped down leads again where nobody else can.
  if (leader === member.name) return candidatesFor(leader, members, view).length === 0;
  return mayLead(member.name, view) && isNewest(member, members, view);
}

function isNewest(member: SimulatedMember, members: Members, view: ScopeView): boolean {
  const rivals = [...members.values()].filter((one) => one.isAlive && one !== member && mayLead(one.name, view));
  return !rivals.some((one) => isPrimary(one) || one.timeline > member.timeline || one.lsn > member.lsn);
}

/** The last one that ended. */
function lastTimeline({ history }: ScopeView): number {
  const last = history.at(-1);
  return Array.isArray(last) ? Number(last[0]) : 0;
}
