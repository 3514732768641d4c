import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { membersOf, type ClusterSpec } from '@citus-ha/config';
import { CodedError, codeOf, waitFor } from '@citus-ha/core';
import { needsOf, portsOf } from '@citus-ha/layout';
import { refuseForeignBind } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { findEngine } from './engine-address.js';
import { labels } from './names.js';

/**
 * Looks whether every port that will be published is free, or this cluster's own already.
 *
 * @throws CodedError `PORT_TAKEN` naming the container that has it, or saying that a process of this machine does;
 * `PORT_UNBINDABLE` where the engine is on this machine, which does not have the address.
 */
export async function checkPorts(engine: Docker, spec: ClusterSpec): Promise<void> {
  const { name, proxy } = spec;
  const isHere = (await findEngine()).url.startsWith('unix:');
  // A container that is given the engine's socket has other addresses than the machine.
  if (isHere && (await engine.info()).Name === hostname()) await refuseForeignBind(spec);
  const containers = await engine.listContainers();
  for (const { port, member } of publishedPorts(spec)) {
    const holder = containers.find(({ Ports }) =>
      Ports.some(({ PublicPort, IP }) => PublicPort === port && overlaps(IP, proxy.bind)),
    );
    if (holder?.Labels[labels.project] === name) continue;
    if (holder !== undefined) throw portTaken(member, proxy.bind, port, `the container ${holder.Names[0]?.slice(1)}`);
    if (isHere && !(await becomesFree(proxy.bind, port)))
      throw portTaken(member, proxy.bind, port, 'a process of this machine');
  }
}

/** What keeps {@link checkPorts} from passing. */
export async function portObstacles(engine: Docker, spec: ClusterSpec): Promise<readonly CodedError[]> {
  try {
    await checkPorts(engine, spec);
    return [];
  } catch (error) {
    if (error instanceof CodedError) return [error];
    throw error;
  }
}

function publishedPorts(spec: ClusterSpec): readonly { readonly port: number; readonly member: string }[] {
  const publishers = membersOf(spec).filter(({ kind }) => needsOf(kind).published.length > 0);
  return publishers.flatMap(({ name, kind }) => portsOf(kind, spec).map((port) => ({ port, member: name })));
}

export function portTaken(member: string, bind: string, port: number, owner: string): CodedError {
  return new CodedError('PORT_TAKEN', `${bind}:${port}, which ${member} needs, is taken by ${owner}`, {
    member,
    fix: 'Stop it, or choose another port or proxy.bind under proxy in cluster.yaml.',
  });
}

function overlaps(one: string, other: string): boolean {
  return [one, other].some((address) => address === '0.0.0.0' || address === '::') || one === other;
}

/** The engine lets go of a port a moment after the container that restarts. */
async function becomesFree(host: string, port: number): Promise<boolean> {
  return waitFor({ what: 'a port', timeoutMs: 3_000, probe: () => canListen(host, port) }).catch(() => false);
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Any other matter is for the engine to judge.
    server.once('error', (error) => resolve(codeOf(error) !== 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
