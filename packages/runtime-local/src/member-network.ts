import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { CodedError, withMachineLock } from '@citus-ha/core';
import { networkProbe, parseNetworkProbe, type NetworkCapability, type NetworkCommands } from '@citus-ha/runtime';
import { execa } from 'execa';
import { hasSwitch, switchOf } from './switch.js';
import { gatewayAddress, ownAddress, type ClusterState } from './cluster-state.js';

/** The network that one life of a member begins with; it ends with that life. */
export interface MemberNetwork {
  /** Of its cable's end at the switch, and for a moment of its namespace; unique on this machine. */
  readonly name: string;
  /** See {@link ensureSwitch}. */
  readonly switch: string;
  readonly address: string;
}

export function networkOf(state: ClusterState, member: string): MemberNetwork {
  return {
    name: `cha${state.block}-${state.addresses[member] ?? 0}`,
    switch: switchOf(state.block),
    address: ownAddress(state, member),
  };
}

/**
 * Makes the bridge that members and this machine are cabled to, unless it is there. It has a namespace of its own, out of
 * reach of this machine's firewall (a Docker engine has bridges filtered and forwards nothing that it does not know).
 */
export async function ensureSwitch(state: ClusterState): Promise<void> {
  if (await hasSwitch(state.block)) return;
  await withMachineLock('switch', async () => {
    if (await hasSwitch(state.block)) return;
    const args = [switchOf(state.block), gatewayAddress(state)];
    const made = await execa('sh', ['-c', switchScript, 'switch', ...args], { reject: false });
    if (made.exitCode === 0) return;
    await removeSwitch(state.block);
    throw new CodedError('NETWORK_FAILED', `The network of the cluster could not be made: ${made.stderr.trim()}`, {
      cause: made,
      fix: 'Allow network namespaces, veth and bridges in the kernel, or set local.network: loopback.',
    });
  });
}

export async function removeSwitch(block: number): Promise<void> {
  const name = switchOf(block);
  await execa('ip', ['link', 'delete', name], { reject: false });
  await execa('ip', ['netns', 'delete', name], { reject: false });
}

export async function probeNetwork(): Promise<ReadonlySet<NetworkCapability>> {
  const { stdout } = await execa('unshare', ['--net', ...networkProbe], { reject: false });
  return parseNetworkProbe(stdout);
}

/** Brings faults about in the network of the running member with this init. */
export async function shapeNetwork(member: string, pid: number, { shape, hold }: NetworkCommands): Promise<void> {
  const done = await execa('nsenter', ['--target', `${pid}`, '--net', ...shape], { reject: false });
  if (done.exitCode !== 0) throw refused(member, done.stderr);
  for (const command of hold) await startHolding(member, pid, command);
}

/** In the member's PID namespace too, so that it ends with the member; it outlives this process. */
async function startHolding(member: string, pid: number, command: readonly string[]): Promise<void> {
  const args = ['--target', `${pid}`, '--net', '--pid', ...command];
  const holder = spawn('nsenter', args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const complaint = text(holder.stderr);
  const [begun] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => [])]);
  if (begun === undefined) throw refused(member, await complaint);
  holder.stdout.destroy();
  holder.stderr.destroy();
  complaint.catch(() => undefined);
  holder.unref();
}

function refused(member: string, complaint: string): CodedError {
  return new CodedError('NETWORK_FAILED', `The network of ${member} takes no such fault: ${complaint.trim()}`, {
    member,
    fix: 'See what `citus-ha chaos list` says is missing here.',
  });
}

/**
 * The command that runs another one in a network namespace of its own, cabled to the switch. The namespace loses its name
 * as soon as it is entered: it lasts as long as what runs in it, and its cable with it.
 */
export function networkCommand(network: MemberNetwork | undefined): readonly string[] {
  return network === undefined
    ? []
    : ['sh', '-c', cableScript, 'network', network.name, network.switch, network.address, hardwareAddress(network)];
}

/** Follows from the IPv4 address, as Docker's do: who knows a member from an earlier life reaches the new one at once. */
function hardwareAddress({ address }: MemberNetwork): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '63', ...bytes].join(':');
}

const switchScript = `
set -e
name=$1 address=$2
ip netns add "$name"
ip -n "$name" link add bridge type bridge
ip -n "$name" link set bridge up
ip -n "$name" link add uplink type veth peer name "$name" netns $$
ip -n "$name" link set uplink master bridge up
ip address add "$address/24" dev "$name"
ip link set "$name" up
`;

const cableScript = `
set -e
name=$1 switch=$2 address=$3 hardware=$4; shift 4
{
  ip -n "$switch" link delete "$name" 2>/dev/null || true
  ip netns delete "$name" 2>/dev/null || true
  ip netns add "$name"
  ip -n "$name" link set lo up
  ip -n "$switch" link add "$name" type veth peer name eth0 address "$hardware" netns "$name"
  ip -n "$switch" link set "$name" master bridge up
  ip -n "$name" address add "$address/24" dev eth0
  ip -n "$name" link set eth0 up
} 2>&8
exec nsenter --net="/run/netns/$name" sh -c 'ip netns delete "$1"; shift; exec "$@"' network "$name" "$@"
`;
