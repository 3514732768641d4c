import { codeOf } from '@citus-ha/core';
import { demote, follow, lead, promote } from './change-role.js';
import { isFailsafe, isPaused, ttlSeconds } from './dynamic-config.js';
import { isHealthiest } from './election.js';
import type { MemberKey, ScopeView } from './scope-keys.js';
import { isPrimary, isStreaming, type SimulatedMember } from './simulated-member.js';
import { readView, StaleEtcdError, urlOf, type World } from './world.js';

/** Where a first database ends. */
const firstLsn = 0x3000000;

export const patroniVersion = '4.0.7';

/** One loop of one living member (Patroni, `Ha._run_cycle`); what takes Patroni long takes until its next loop. */
export async function runLoop(world: World, member: SimulatedMember): Promise<void> {
  const life = member.memory;
  try {
    const view = await readView(world, member);
    const session = await keepSession(world, member, view);
    // Killed meanwhile.
    if (!member.isAlive || member.memory !== life) return;
    const { clusterId } = world.keys.store;
    const { lease } = session;
    member.memory = { ...session, clusterId, lastView: view, dcsLastSeen: world.now() };
    await act(world, member, view, lease);
    await world.keys.put(view, `members/${member.name}`, memberKey(world, member), lease);
  } catch (error) {
    if (!(error instanceof StaleEtcdError) && !codeOf(error)?.startsWith('ETCD_')) throw error;
    goOnWithoutEtcd(world, member);
  }
}

/** What a member tells of itself. */
export function memberKey({ members }: World, member: SimulatedMember): MemberKey {
  const { name, state, role, lsn, timeline } = member;
  return {
    conn_url: `postgres://${name}:5432/postgres`,
    api_url: urlOf(name),
    state,
    role,
    version: patroniVersion,
    ...(state === 'running' && { xlog_location: lsn, timeline }),
    ...(isStreaming(member, members) && { replication_state: 'streaming' }),
  };
}

/** Its lease is another one where the old one has run out, or is for another time than is configured now. */
async function keepSession(
  { keys, bootstrapConfig }: World,
  { memory }: SimulatedMember,
  view: ScopeView,
): Promise<{ readonly lease: string; readonly ttl: number }> {
  const ttl = ttlSeconds(view.config ?? bootstrapConfig);
  const { lease } = memory;
  if (lease !== undefined && memory.ttl === ttl && (await keys.store.keepAlive(lease))) return { lease, ttl };
  return { lease: await keys.store.grantLease(ttl), ttl };
}

async function act(world: World, member: SimulatedMember, view: ScopeView, lease: string): Promise<void> {
  const { keys, members } = world;
  const { name } = member;
  const holds = view.leader?.name === name;
  if (member.isDiskFull) {
    member.state = 'crashed';
    return;
  }
  if (member.systemIdentifier === null) {
    if (holds) await keys.releaseLead(name);
    return beginWithoutData(world, member, view, lease);
  }
  if (!view.initialize && view.leader === undefined) await keys.put(view, 'initialize', member.systemIdentifier);
  if (member.state !== 'running' && (isPaused(view.config) || !startServer(world, member))) {
    if (holds) await keys.releaseLead(name);
    return;
  }
  if (holds) return lead(world, member, view, lease);
  if (view.leader) return follow(member, members.get(view.leader.name));
  if (isHealthiest(member, members, view) && (await keys.create('leader', name, lease))) {
    return promote(world, member, view);
  }
  if (!isPaused(view.config)) demote(member);
}

/** @returns Whether it runs, as a standby first. */
function startServer(world: World, member: SimulatedMember): boolean {
  const { startFails } = member;
  for (const line of startFails ?? []) world.log(member.name, line);
  member.state = startFails ? 'start failed' : 'running';
  if (!startFails) member.role = 'replica';
  return !startFails;
}

/** Makes the first database of the cluster, or copies it from whoever leads: begins in one loop, and ends in the next. */
async function beginWithoutData(world: World, member: SimulatedMember, view: ScopeView, lease: string): Promise<void> {
  const { keys, members } = world;
  const { state } = member;
  const leader = view.leader && members.get(view.leader.name);
  if (state === 'initializing new cluster') return finishBootstrap(world, member, view, lease);
  if (leader && isPrimary(leader)) {
    if (state !== 'creating replica') {
      member.state = 'creating replica';
      return;
    }
    member.systemIdentifier = leader.systemIdentifier;
    if (startServer(world, member)) follow(member, leader);
    return;
  }
  const isFirst = !view.leader && view.initialize === undefined && !isPaused(view.config);
  // Else it waits for a leader.
  member.state = isFirst && (await keys.create('initialize', '')) ? 'initializing new cluster' : 'stopped';
  member.role = 'uninitialized';
}

async function finishBootstrap(world: World, member: SimulatedMember, view: ScopeView, lease: string): Promise<void> {
  const { keys } = world;
  if (member.startFails) {
    for (const line of member.startFails) world.log(member.name, line);
    member.state = 'stopped';
    return keys.delete('initialize');
  }
  member.systemIdentifier = systemIdentifier(world);
  Object.assign(member, { state: 'running', role: 'primary', timeline: 1, lsn: firstLsn });
  await keys.put(view, 'initialize', member.systemIdentifier);
  await keys.put(view, 'config', world.bootstrapConfig);
  await keys.create('leader', member.name, lease);
}

/** As PostgreSQL makes it: seconds in the upper half. */
function systemIdentifier(world: World): string {
  return String((BigInt(Math.floor(world.now().getTime() / 1_000)) << 32n) + 1n);
}

/** A primary remains one only where every member that the leader wrote down answers it (Patroni manual, "Failsafe mode"). */
function goOnWithoutEtcd({ members }: World, member: SimulatedMember): void {
  const view = member.memory.lastView;
  if (!isPrimary(member) || isPaused(view?.config)) return;
  const known = Object.keys(view?.failsafe ?? {});
  const answers = known.includes(member.name) && known.every((name) => members.get(name)?.isAlive);
  if (!isFailsafe(view?.config) || !answers) return demote(member);
  for (const name of known) {
    const one = members.get(name);
    if (one) one.memory = { ...one.memory, failsafeActive: true };
  }
}
