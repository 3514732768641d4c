import { isFailsafe, synchronousMode } from './dynamic-config.js';
import { candidatesFor, nextSync } from './election.js';
import { syncKey, type ScopeView } from './scope-keys.js';
import { isPrimary, isStreaming, type SimulatedMember } from './simulated-member.js';
import { urlOf, type World } from './world.js';

/** Of a promotion or a first database, so that positions differ. */
const walBytes = 0x100;

/** What the member that holds the leader key does. */
export async function lead(world: World, member: SimulatedMember, view: ScopeView, lease: string): Promise<void> {
  const { keys, members } = world;
  const { config = world.bootstrapConfig, initialize, leader, sync } = view;
  if (leader?.lease !== lease && !(await keys.renewLead(member.name, lease))) return demote(member);
  if (member.role !== 'primary') return promote(world, member, view);
  if (!initialize) await keys.put(view, 'initialize', member.systemIdentifier ?? '');
  if (view.config === undefined) await keys.put(view, 'config', config);
  if (view.failover && (await stepDown(world, member, view))) return;
  if (synchronousMode(config) !== 'off') {
    await keys.put(view, 'sync', syncKey(nextSync(member, members, { ...view, config })));
  } else if (sync) await keys.delete('sync');
  await keys.put(view, 'status', { optime: member.lsn });
  const known = [...new Set([member.name, ...view.members.keys()])];
  if (isFailsafe(config))
    await keys.put(view, 'failsafe', Object.fromEntries(known.map((name) => [name, urlOf(name)])));
}

/** Makes a standby that holds the leader key the primary, on a timeline of its own; nobody is synchronous to it yet. */
export async function promote(world: World, member: SimulatedMember, view: ScopeView): Promise<void> {
  const { keys } = world;
  if (view.failover) await keys.delete('failover');
  if (member.role === 'primary') return;
  const { name, timeline, lsn } = member;
  if (synchronousMode(view.config) !== 'off') await keys.put(view, 'sync', syncKey({ leader: name, standbys: [] }));
  const line = [timeline, lsn, 'no recovery target specified', world.now().toISOString(), name];
  await keys.put(view, 'history', [...view.history, line]);
  Object.assign(member, { role: 'primary', timeline: timeline + 1, lsn: lsn + walBytes, follows: null });
}

export function demote(member: SimulatedMember): void {
  if (member.role === 'primary') member.role = 'replica';
}

/** A PostgreSQL that is stopped cleanly waits until whoever streams from it has all of its WAL. */
export function handOver(leader: SimulatedMember, members: World['members']): void {
  if (!isPrimary(leader)) return;
  for (const one of members.values()) if (isStreaming(one, members)) one.lsn = leader.lsn;
}

/** Takes the data of whoever leads, or goes on from where it is; a timeline that forked is rewound. */
export function follow(member: SimulatedMember, leader: SimulatedMember | undefined): void {
  demote(member);
  member.follows = leader?.name ?? null;
  if (leader && isPrimary(leader)) Object.assign(member, { timeline: leader.timeline, lsn: leader.lsn });
}

/** As somebody asked for. @returns Whether it leads no more; it does where nobody can take over. */
async function stepDown({ keys, members }: World, member: SimulatedMember, view: ScopeView): Promise<boolean> {
  const { leader, member: candidate } = view.failover ?? {};
  const isMine = leader === undefined || leader === member.name;
  const possible = candidatesFor(member.name, members, leader === undefined ? { ...view, sync: undefined } : view);
  if (!isMine || !(candidate === undefined ? possible.length > 0 : possible.includes(candidate))) {
    await keys.delete('failover');
    return false;
  }
  handOver(member, members);
  demote(member);
  member.follows = null;
  await keys.releaseLead(member.name);
  return true;
}
