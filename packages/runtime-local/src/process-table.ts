import { readFile, readdir, readlink } from 'node:fs/promises';
import { constants } from 'node:os';
import { codeOf, messageOf } from '@citus-ha/core';
import { isNoProcess } from '@citus-ha/runtime';

/** One row of /proc/PID/stat (proc(5)): what is needed to tell one life of a pid from the next. */
export interface ProcessStat {
  readonly pid: number;
  readonly command: string;
  /** R, S, D, T (stopped), Z (zombie), X (dead), ... */
  readonly state: string;
  readonly parent: number;
  /** Clock ticks since boot; with the pid it names one process for good. */
  readonly startTime: string;
}

/** Names one process of this machine over all its boots. */
export interface ProcessName {
  readonly bootId: string;
  /** Of the PID namespace that the pid is of, as `pid:[4026531836]`; what was written down before this was noted has none. */
  readonly namespace: string | undefined;
  readonly pid: number;
  readonly startTime: string;
}

/** Reads the text of a /proc/PID/stat file; the command may itself hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const rest = text.slice(close + 2).split(' ');
  const [state, parent] = rest;
  const startTime = rest[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return {
    pid: Number(text.slice(0, open).trim()),
    command: text.slice(open + 1, close),
    state,
    parent: Number(parent),
    startTime,
  };
}

/** The process that has this pid now; `undefined` where there is none, only its remains, or none to be seen: no proof of death. */
export async function livingProcess(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat === undefined || isRemains(stat) ? undefined : stat;
}

/** What can be said of a process from here. */
export type Observation =
  | { readonly verdict: 'alive'; readonly stat: ProcessStat }
  | { readonly verdict: 'dead' }
  | { readonly verdict: 'unknown'; readonly why: string };

/**
 * Looks for that very process, never for another one that was given its pid later. Dead it is only by evidence: an earlier
 * boot, another start time, or the kernel's word in its own PID namespace that there is no such process.
 */
export async function observeProcess(name: ProcessName): Promise<Observation> {
  try {
    if (name.bootId !== (await bootId())) return { verdict: 'dead' };
    const here = await ownNamespace();
    if (name.namespace !== undefined && name.namespace !== here) {
      return { verdict: 'unknown', why: `it was started in PID namespace ${name.namespace}, this is ${here}` };
    }
    const text = await readFile(`/proc/${name.pid}/stat`, 'utf8').catch((error: unknown) => {
      // A /proc that hides processes says the same of a living one as of none.
      if (['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '') && isNoProcess(name.pid)) return undefined;
      throw error;
    });
    const stat = text === undefined ? undefined : parseStat(text);
    return stat === undefined || isRemains(stat) || stat.startTime !== name.startTime
      ? { verdict: 'dead' }
      : { verdict: 'alive', stat };
  } catch (error) {
    return { verdict: 'unknown', why: messageOf(error) };
  }
}

/** @throws where this /proc is of another PID namespace than this process, so that its pids mean nothing here. */
async function ownNamespace(): Promise<string> {
  const self = await readlink('/proc/self');
  if (self !== `${process.pid}`) throw new Error('the /proc that is mounted here is of another PID namespace');
  return readlink('/proc/self/ns/pid');
}

export function isRemains({ state }: ProcessStat): boolean {
  return state === 'Z' || state === 'X';
}

export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** A few at a time: each look has a file open, and a machine may have more processes than this one may have files. */
export async function lookAtEach<T, U>(items: readonly T[], look: (item: T) => Promise<U>): Promise<readonly U[]> {
  const found: U[] = [];
  for (let next = 0; next < items.length; next += together)
    found.push(...(await Promise.all(items.slice(next, next + together).map(look))));
  return found;
}

const together = 16;

export async function livingProcesses(): Promise<readonly ProcessStat[]> {
  const entries = await readdir('/proc');
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const stats = await lookAtEach(pids, livingProcess);
  return stats.filter((stat) => stat !== undefined);
}

/** The PID namespace of a process, as `pid:[4026531836]`; `undefined` where it is gone or hidden from this user. */
export function pidNamespace(pid: number | 'self'): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}

/** One variable of the environment a process was started with; `undefined` where it is unset or hidden from this user. */
export async function environmentOf(pid: number, variable: string): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const entry = text.split('\0').find((candidate) => candidate.startsWith(`${variable}=`));
  return entry?.slice(variable.length + 1);
}

/** Whether a process has a handler for a signal by now: the init of a namespace never hears of any other one, but of SIGKILL and SIGSTOP. */
export async function handlesSignal(pid: number, signal: NodeJS.Signals): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return caught !== undefined && ((BigInt(`0x${caught}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

/** Sends a signal to a process that may be gone by now. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
