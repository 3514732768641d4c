import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { FatalProbeError, waitFor, type LockOptions } from '@citus-ha/core';
import { isNoProcess } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { emptyImage } from './empty-image.js';
import { ifThere, statusOf } from './engine.js';
import { incarnationId } from './member-container.js';
import { labels } from './names.js';
import { ownContainer } from './own-container.js';

interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string | undefined;
  /** Of what the pid means something in; whoever took a lock before these were noted has none. */
  readonly bootId?: string | undefined;
  readonly namespace?: string | undefined;
  /** The life of the container that it runs in, on this engine. */
  readonly life?: string | undefined;
}

/**
 * Runs one task at a time under a name, for all who use this engine. The lock is a container that is never started: the
 * engine gives its name to one only. A holder that has died on this machine is seen and its lock broken; one that died on
 * another machine leaves a container that has to be removed by hand, as the error says.
 */
export async function withEngineLock<T>(
  engine: Docker,
  cluster: string,
  name: string,
  task: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  const container = `${cluster}-lock-${name}`;
  const holder = await thisProcess(engine);
  let holding: Holder | undefined;
  const lock = await waitFor({
    what: `the lock of ${name}`,
    timeoutMs: 600_000,
    intervalMs: 50,
    signal,
    lastSeen: () => (holding ? `held by process ${holding.pid} on ${holding.host}` : 'nothing'),
    fix: `If that process is no more, remove its lock: docker rm ${container}`,
    probe: async (waiting) => {
      const taken = await take(engine, container, cluster, holder);
      if (taken && waiting.aborted) await ifThere(taken.remove());
      if (taken || waiting.aborted) return taken;
      const found = await breakIfDead(engine, container);
      if (found && !holding) onWait?.(`process ${found.pid} on ${found.host}`);
      holding = found;
      return undefined;
    },
  });
  try {
    return await task();
  } finally {
    await ifThere(lock.remove());
  }
}

async function take(engine: Docker, name: string, cluster: string, holder: Holder) {
  try {
    return await engine.createContainer({
      name,
      Image: await emptyImage(engine),
      Cmd: ['never-started'],
      Labels: { [labels.cluster]: cluster, [labels.holder]: JSON.stringify(holder) },
      HostConfig: { NetworkMode: 'none' },
    });
  } catch (error) {
    if (statusOf(error) === 409) return undefined;
    throw new FatalProbeError(error);
  }
}

/** Removes by id: a lock that someone else has taken in the meantime has another one. */
async function breakIfDead(engine: Docker, container: string): Promise<Holder | undefined> {
  const found = await ifThere(engine.getContainer(container).inspect());
  if (found === undefined) return undefined;
  const holder = JSON.parse(found.Config.Labels[labels.holder] ?? 'null') as Holder | null;
  if (holder === null) return undefined;
  const isGone =
    isDead(holder, await thisProcess(engine), await startOf(holder.pid)) ||
    (holder.life !== undefined && (await isOver(engine, holder.life)));
  if (isGone) await ifThere(engine.getContainer(found.Id).remove());
  return holder;
}

async function thisProcess(engine: Docker): Promise<Holder> {
  const [startedAt, bootId, namespace, life] = await Promise.all([
    startOf(process.pid),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
    readlink('/proc/self/ns/pid').catch(() => undefined),
    ownLife(engine),
  ]);
  return { host: hostname(), pid: process.pid, startedAt, bootId, namespace, life };
}

/** Of a container of another engine there is none here. */
async function ownLife(engine: Docker): Promise<string | undefined> {
  const id = await ownContainer();
  const info = id && (await ifThere(engine.getContainer(id).inspect()));
  return info ? incarnationId(info) : undefined;
}

/** Whether the engine says that a container has ended, or has begun another life. */
async function isOver(engine: Docker, life: string): Promise<boolean> {
  const info = await ifThere(engine.getContainer(life.split(':')[0] ?? '').inspect());
  return info === undefined || incarnationId(info) !== life || !(info.State.Running || info.State.Paused);
}

/** Whether there is proof that a holder is gone, seen by `here`; `startedAt` is of what has its pid here now. */
export function isDead(holder: Holder, here: Holder, startedAt: string | undefined): boolean {
  if (holder.host !== here.host || holder.startedAt === undefined) return false;
  if (holder.bootId !== undefined && here.bootId !== undefined && holder.bootId !== here.bootId) return true;
  if (holder.namespace !== undefined && holder.namespace !== here.namespace) return false;
  return startedAt === undefined ? isNoProcess(holder.pid) : startedAt !== holder.startedAt;
}

/** When a process of this machine began, in ticks since boot; `undefined` where there is none or no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
