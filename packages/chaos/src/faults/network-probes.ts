import { type ClusterHandle } from '@citus-ha/cluster';
import { withConnection } from '@citus-ha/citus';
import type { Runtime } from '@citus-ha/runtime';

/** Whether a member gets no answer from any of these peers; a refusal is an answer. */
export async function isCutOff(runtime: Runtime, name: string, peers: readonly string[]): Promise<boolean> {
  const known = await runtime.members();
  const silent = await Promise.all(
    known
      .filter((peer) => peers.includes(peer.name))
      .map(async ({ address, ports }) => {
        const connect = `</dev/tcp/${address}/${Object.values(ports)[0] ?? 9}`;
        // The status with which timeout(1) says that it had to end the command.
        return (await runtime.exec(name, ['timeout', '1', 'bash', '-c', connect])).exitCode === 124;
      }),
  );
  return silent.every(Boolean);
}

export const probePackets = 200;

const sendPackets = `
lost=0
for packet in $(seq ${probePackets}); do printf %1400s >"/dev/udp/$0/9" || lost=$((lost + 1)); done 2>/dev/null
echo $lost`;

/**
 * How many of {@link probePackets} full packets to an address a member's own network drops: none in a healthy one, however
 * busy it is. The sender of a UDP datagram that a rule drops is told so (EPERM, netfilter's output hook).
 */
export async function packetsDropped(runtime: Runtime, name: string, address: string): Promise<number> {
  const { stdout } = await runtime.exec(name, ['bash', '-c', sendPackets, address]);
  return Number(stdout);
}

/** How long one question to the PostgreSQL of a member takes. */
export function roundTripMs(cluster: ClusterHandle, name: string): Promise<number> {
  return withConnection(cluster.sql(name), async (client) => {
    const begun = performance.now();
    await client.query('SELECT 1');
    return Math.round(performance.now() - begun);
  });
}
