import { CodedError, messageOf, waitFor } from '@citus-ha/core';
import type { Container } from 'dockerode';
import { portTaken } from './check-ports.js';
import { ifThere, statusOf } from './engine.js';

const alreadySo = 304;

/** Starts a container that may run already. */
export async function startContainer(container: Container, member: string): Promise<void> {
  await setRestart(container, 'unless-stopped');
  try {
    await container.start();
  } catch (error) {
    if (statusOf(error) === alreadySo) return;
    const message = messageOf(error);
    const port = /(\S+):(\d+)\S* failed: port is already allocated|listen tcp\d? (\S+):(\d+): bind: address/.exec(
      message,
    );
    const foreign = /listen tcp\d? (\S+):\d+: bind: cannot assign/.exec(message)?.[1];
    if (foreign !== undefined) throw unbindable(foreign, error);
    if (port) throw portTaken(member, port[1] ?? port[3] ?? '', Number(port[2] ?? port[4]), 'someone else');
    throw new CodedError('MEMBER_START_FAILED', `${member} could not be started: ${message}`, {
      member,
      cause: error,
      fix: `Read its log: citus-ha logs ${member}.`,
    });
  }
}

function unbindable(address: string, cause: unknown): CodedError {
  return new CodedError('PORT_UNBINDABLE', `proxy.bind: ${address} is no address of the Docker engine's machine`, {
    blame: 'user',
    cause,
    fix: "Choose one of that machine's in cluster.yaml, or 0.0.0.0 for all of them.",
  });
}

/**
 * Asks the container's init to end, until it does or the time is over. Asked again every second: an init that has no
 * handler yet does not hear the first time (signal(7), pid_namespaces(7)).
 */
export async function stopContainer(container: Container, member: string, timeoutMs: number): Promise<void> {
  await setRestart(container, 'no');
  if (!(await isAlive(container))) return;
  await thaw(container);
  let askedAt = -Infinity;
  const ended = async () => {
    if (!(await isAlive(container))) return true;
    if (performance.now() - askedAt > 1_000) {
      askedAt = performance.now();
      await signal(container, 'SIGTERM');
    }
    return false;
  };
  await waitFor({ what: `${member} to end`, timeoutMs, intervalMs: 50, probe: ended }).catch(() =>
    killContainer(container),
  );
}

/** SIGKILL to the init, with which the kernel ends all of the container. */
export async function killContainer(container: Container): Promise<void> {
  if (!(await isAlive(container))) return;
  const ended = container.wait({ condition: 'not-running' }) as Promise<unknown>;
  await signal(container, 'SIGKILL');
  await ended;
}

/** Freezes a running container. A kernel with cgroups of version 1 may be too busy to do so at the first try. */
export async function pauseContainer(container: Container, member: string): Promise<void> {
  await waitFor({
    what: `${member} to be frozen`,
    member,
    timeoutMs: 15_000,
    probe: async () => {
      await container.pause().catch(async (error: unknown) => {
        if (!(await container.inspect()).State.Paused) throw error;
      });
      return true;
    },
  });
}

/** Whether the engine may start it by itself; this is also where the user's intent is kept. */
async function setRestart(container: Container, Name: 'no' | 'unless-stopped'): Promise<void> {
  const { HostConfig } = await container.inspect();
  if (HostConfig.RestartPolicy?.Name !== Name) await container.update({ RestartPolicy: { Name } });
}

async function isAlive(container: Container): Promise<boolean> {
  const { State } = await container.inspect();
  return State.Running || State.Paused;
}

async function thaw(container: Container): Promise<void> {
  const { State } = await container.inspect();
  if (State.Paused) await container.unpause();
}

/** 409: it has ended in the meantime. */
async function signal(container: Container, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  try {
    await ifThere(container.kill({ signal: name }));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}
