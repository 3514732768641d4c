import { readFile } from 'node:fs/promises';
import { codeOf, messageOf, waitFor } from '@citus-ha/core';
import { unseenMember } from '@citus-ha/runtime';
import { isKeeperGone } from './keeper-lock.js';
import type { MemberFolder } from './member-folder.js';
import {
  environmentOf,
  handlesSignal,
  livingProcesses,
  lookAtEach,
  observeProcess,
  parseStat,
  pidNamespace,
  signalProcess,
  type Observation,
  type ProcessName,
  type ProcessStat,
} from './process-table.js';

/** The variable by which every process of a member can be told; its value is the member's folder. */
export const memberVariable = 'CITUS_HA_MEMBER';

/** One life of a member, as its own init wrote it down before it became the member's program. */
export interface Life {
  readonly init: ProcessName;
  readonly supervisor: ProcessName;
  /** Its PID namespace. */
  readonly namespace: string;
}

/**
 * What runs in this folder now, or ran last; `undefined` where nothing ever did.
 *
 * @throws CodedError `MEMBER_UNKNOWN_STATE` where that cannot be read.
 */
export async function readLife(folder: MemberFolder): Promise<Life | undefined> {
  const text = await readFile(folder.life, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw unseenMember(folder.name, messageOf(error));
  });
  const [bootId, initStat, supervisorStat, namespace = '', keptIn = ''] = text.split('\n');
  const init = parseStat(initStat ?? '');
  const supervisor = parseStat(supervisorStat ?? '');
  if (bootId === undefined || init === undefined || supervisor === undefined) return undefined;
  const where = { bootId, namespace: keptIn === '' ? undefined : keptIn };
  return {
    init: { ...where, pid: init.pid, startTime: init.startTime },
    supervisor: { ...where, pid: supervisor.pid, startTime: supervisor.startTime },
    namespace,
  };
}

export function lifeId(life: Life): string {
  const { bootId, namespace, pid, startTime } = life.init;
  return [bootId, ...(namespace === undefined ? [] : [namespace.replaceAll(/\D/g, '')]), pid, startTime].join(':');
}

/** Its init: the member is alive as long as this is. What /proc does not show, the lock that it holds may. */
export async function observeLife(life: Life, folder: MemberFolder): Promise<Observation> {
  const seen = await observeProcess(life.init);
  return seen.verdict === 'unknown' && (await isKeeperGone(folder)) ? { verdict: 'dead' } : seen;
}

/**
 * Its init, if that lives.
 *
 * @throws CodedError `MEMBER_UNKNOWN_STATE`.
 */
export async function initOf(life: Life, folder: MemberFolder): Promise<ProcessStat | undefined> {
  const seen = await observeLife(life, folder);
  if (seen.verdict === 'unknown') throw unseenMember(folder.name, seen.why);
  return seen.verdict === 'alive' ? seen.stat : undefined;
}

async function supervisorOf(life: Life): Promise<ProcessStat | undefined> {
  const seen = await observeProcess(life.supervisor);
  return seen.verdict === 'alive' ? seen.stat : undefined;
}

/** Whether the member has a PID namespace of its own, so that the end of its init is the end of all of it. */
export async function isIsolated(life: Life): Promise<boolean> {
  return life.namespace !== '' && life.namespace !== (life.init.namespace ?? (await pidNamespace('self')));
}

/** Whether its life goes on with another environment than this; what cannot be read is taken for the same. */
export async function livesWithOtherEnvironment(
  folder: MemberFolder,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const life = await readLife(folder);
  const seen = life && (await observeLife(life, folder));
  if (seen?.verdict !== 'alive' || (await environmentOf(seen.stat.pid, memberVariable)) !== folder.path) return false;
  const found = await Promise.all(Object.keys(env).map((name) => environmentOf(seen.stat.pid, name)));
  return Object.values(env).some((value, index) => value !== found[index]);
}

/** Every living process of the member: of its PID namespace, or where it has none those marked as its own and their children. */
export async function processesOf(life: Life, folder: MemberFolder): Promise<readonly ProcessStat[]> {
  const isolated = await isIsolated(life);
  if (isolated && !(await initOf(life, folder))) return [];
  const all = await livingProcesses();
  if (isolated) {
    const namespaces = await lookAtEach(all, ({ pid }) => pidNamespace(pid));
    return all.filter((_, index) => namespaces[index] === life.namespace);
  }
  const supervisor = await supervisorOf(life);
  const marks = await lookAtEach(all, ({ pid }) => environmentOf(pid, memberVariable));
  const own = new Set(all.filter((_, index) => marks[index] === folder.path).map(({ pid }) => pid));
  // A sentinel's child may be another member.
  const unmarked = all.filter((_, index) => marks[index] === undefined);
  for (let before = -1; before !== own.size;) {
    before = own.size;
    for (const { pid, parent } of unmarked) if (own.has(parent)) own.add(pid);
  }
  return all.filter(({ pid }) => own.has(pid) && pid !== supervisor?.pid);
}

/**
 * Asks a member's init to end once it can hear, thaws it where it is frozen, and kills it after `timeoutMs`. Resolves when
 * nothing of it is left.
 */
export async function stopLife(life: Life, folder: MemberFolder, timeoutMs: number): Promise<void> {
  let asked = false;
  const ask = async () => {
    const init = await initOf(life, folder);
    if (asked || init === undefined) return;
    if ((await isIsolated(life)) && !(await handlesSignal(init.pid, 'SIGTERM'))) return;
    signalProcess(init.pid, 'SIGTERM');
    if (init.state === 'T') await resumeLife(life, folder);
    asked = true;
  };
  try {
    if (await initOf(life, folder)) await waitUntilGone(life, folder, timeoutMs, ask);
  } catch (error) {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  }
  await killLife(life, folder);
}

/** Kills all of a member at once. Resolves when nothing of it is left. */
export async function killLife(life: Life, folder: MemberFolder): Promise<void> {
  await initOf(life, folder);
  await waitUntilGone(life, folder, 30_000, async () => {
    for (const { pid } of await processesOf(life, folder)) signalProcess(pid, 'SIGKILL');
  });
}

/** Urges the member on at each look. Throws `TIMEOUT` when something of it still lives. */
async function waitUntilGone(
  life: Life,
  folder: MemberFolder,
  timeoutMs: number,
  urge: () => Promise<void>,
): Promise<void> {
  let left: readonly ProcessStat[] = [];
  await waitFor({
    what: `all of ${folder.name} to end`,
    member: folder.name,
    timeoutMs,
    intervalMs: 20,
    lastSeen: () => left.map(({ pid, command, state }) => `${command} (pid ${pid}, state ${state})`).join(', '),
    probe: async () => {
      await urge();
      if ((await initOf(life, folder)) || (await supervisorOf(life))) return false;
      left = await processesOf(life, folder);
      return left.length === 0;
    },
  });
}

/**
 * Freezes a member: repeated until a look finds nothing left to freeze, since processes fork while they are stopped one by
 * one. A parent within vfork(2), in state D, stops only once its child, stopped too early, has run on.
 */
export async function pauseLife(life: Life, folder: MemberFolder): Promise<void> {
  await waitFor({
    what: `every process of ${folder.name} to be stopped`,
    member: folder.name,
    timeoutMs: 10_000,
    intervalMs: 10,
    probe: async () => {
      const all = await processesOf(life, folder);
      const awake = all.filter(({ state }) => state !== 'T');
      const held = new Set(awake.filter(({ state }) => state === 'D').map(({ pid }) => pid));
      for (const { pid } of awake) signalProcess(pid, 'SIGSTOP');
      for (const { pid, parent, state } of all) if (state === 'T' && held.has(parent)) signalProcess(pid, 'SIGCONT');
      return awake.length === 0;
    },
  });
}

export async function resumeLife(life: Life, folder: MemberFolder): Promise<void> {
  for (const { pid } of await processesOf(life, folder)) signalProcess(pid, 'SIGCONT');
}
