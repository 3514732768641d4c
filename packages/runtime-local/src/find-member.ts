import { readdir } from 'node:fs/promises';
import { codeOf, messageOf } from '@citus-ha/core';
import type { Member, MemberLife } from '@citus-ha/runtime';
import type { ClusterFolder } from './cluster-folder.js';
import { addressOf, readState } from './cluster-state.js';
import { isIsolated, lifeId, observeLife, readLife } from './life.js';
import { memberFolder, type MemberFolder } from './member-folder.js';
import { readRecord } from './member-record.js';
import { readExitCode } from './start-life.js';

/** A member as its folder and its processes show it; `undefined` where it was never created. */
export async function findMember(cluster: ClusterFolder, name: string): Promise<Member | undefined> {
  const folder = memberFolder(cluster.members, name);
  const [record, seen, state] = await Promise.all([readRecord(folder), observe(folder), readState(cluster)]);
  if (record === undefined) return undefined;
  const { kind, group, ports } = record.definition;
  return {
    name,
    kind,
    ...(group !== undefined && { group }),
    address: state ? addressOf(state, name) : '',
    ports,
    intent: record.intent,
    ...seen,
  };
}

/** Every member that was created, by name. */
export async function knownMembers(cluster: ClusterFolder): Promise<readonly Member[]> {
  const names = (await memberNames(cluster)).toSorted((a, b) => a.localeCompare(b));
  const members = await Promise.all(names.map((name) => findMember(cluster, name)));
  return members.filter((member) => member !== undefined);
}

/** The lives of all members; those of one whose record cannot be read show all the same. */
export async function knownLives(cluster: ClusterFolder): Promise<readonly MemberLife[]> {
  const names = await memberNames(cluster);
  return Promise.all(names.map(async (name) => ({ name, ...(await observe(memberFolder(cluster.members, name))) })));
}

/** Of members that have a folder. One that cannot be listed is not an empty one. */
export async function memberNames(cluster: ClusterFolder): Promise<readonly string[]> {
  return readdir(cluster.members).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

async function observe(folder: MemberFolder): Promise<Pick<Member, 'state' | 'unseen' | 'incarnation'>> {
  const life = await readLife(folder).catch(messageOf);
  if (life === undefined) return { state: 'created' };
  if (typeof life === 'string') return { state: 'unknown', unseen: life };
  const incarnation = { id: lifeId(life), pid: life.init.pid, isolated: await isIsolated(life) };
  const init = await observeLife(life, folder);
  if (init.verdict === 'alive') return { state: init.stat.state === 'T' ? 'paused' : 'running', incarnation };
  if (init.verdict === 'unknown') return { state: 'unknown', unseen: init.why, incarnation };
  const exitCode = await readExitCode(folder);
  return { state: 'exited', incarnation: { ...incarnation, ...(exitCode !== undefined && { exitCode }) } };
}
