import { CodedError } from '@citus-ha/core';
import { networkProbe, parseNetworkProbe, type NetworkCapability, type NetworkCommands } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import type { Container, HostConfig } from 'dockerode';
import { containerLogs } from './container-output.js';
import { lines } from './multiplexed.js';
import { labels } from './names.js';

/** Where containers are made that change networks: members themselves have no right to. */
export interface ShaperPlace {
  readonly engine: Docker;
  readonly cluster: string;
  /** One that has nft, iptables and Python. */
  readonly image: string;
}

/** What a container may do to a network of its own. */
export async function probeNetwork(place: ShaperPlace): Promise<ReadonlySet<NetworkCapability>> {
  const { output } = await runShaper(place, networkProbe, { NetworkMode: 'none' });
  return parseNetworkProbe(output.join('\n'));
}

/** Brings faults about in the network of a member's container, named by its id. */
export async function shapeNetwork(
  place: ShaperPlace,
  {
    member,
    container,
    commands,
  }: { readonly member: string; readonly container: string; readonly commands: NetworkCommands },
): Promise<void> {
  const network = { NetworkMode: `container:${container}` };
  const { exitCode, output } = await runShaper(place, commands.shape, network);
  if (exitCode !== 0) throw refused(member, output);
  // In the member's PID namespace too, so that they end with the member.
  const options = { ...network, PidMode: `container:${container}`, AutoRemove: true };
  for (const command of commands.hold) await startHolding(await createShaper(place, command, options), member);
}

async function startHolding(holder: Container, member: string): Promise<void> {
  const output = await holder.attach({ stream: true, stdout: true, stderr: true });
  await holder.start();
  const said: string[] = [];
  for await (const line of lines(output as AsyncIterable<Buffer>)) {
    if (line === 'ready') return;
    said.push(line);
  }
  throw refused(member, said);
}

async function runShaper(
  place: ShaperPlace,
  command: readonly string[],
  options: HostConfig,
): Promise<{ readonly exitCode: number; readonly output: readonly string[] }> {
  const shaper = await createShaper(place, command, options);
  try {
    await shaper.start();
    const { StatusCode: exitCode } = (await shaper.wait()) as { readonly StatusCode: number };
    const output: string[] = [];
    for await (const line of containerLogs(shaper, {})) output.push(line);
    return { exitCode, output };
  } finally {
    await shaper.remove({ force: true, v: true });
  }
}

function createShaper(
  { engine, cluster, image }: ShaperPlace,
  [entrypoint = '', ...args]: readonly string[],
  options: HostConfig,
): Promise<Container> {
  return engine.createContainer({
    Image: image,
    User: '0:0',
    Entrypoint: [entrypoint],
    Cmd: args,
    Healthcheck: { Test: ['NONE'] },
    Labels: { [labels.project]: cluster },
    HostConfig: { CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'], ...options },
  });
}

function refused(member: string, output: readonly string[]): CodedError {
  return new CodedError(
    'NETWORK_FAILED',
    [`The network of ${member} takes no such fault:`, ...output.slice(-3)].join('\n  '),
    {
      member,
      fix: 'See what `citus-ha chaos list` says is missing here.',
    },
  );
}
