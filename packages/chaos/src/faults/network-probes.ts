import { serverOf, type OpenCluster } from '@citus-ha/cluster';
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

const sentAgain = `
count() { grep ^Tcp: /proc/net/snmp | tail -n 1 | cut -d ' ' -f 13; }
before=$(count); sleep 1; echo $(($(count) - before))`;

/** How many TCP segments a member sends a second time within a second; none in a healthy network. */
export async function segmentsSentAgain(runtime: Runtime, name: string): Promise<number> {
  const { stdout } = await runtime.exec(name, ['sh', '-c', sentAgain]);
  return Number(stdout);
}

/** How long one question to the PostgreSQL of a member takes. */
export function roundTripMs(cluster: OpenCluster, name: string): Promise<number> {
  return withConnection(serverOf(cluster, name), async (client) => {
    const begun = performance.now();
    await client.query('SELECT 1');
    return Math.round(performance.now() - begun);
  });
}
