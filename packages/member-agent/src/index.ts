import { readFileSync } from 'node:fs';

/** A program as it is to be written into one folder of a member, beside the others of its list. */
export interface AgentFile {
  readonly name: string;
  readonly content: string;
}

/**
 * `start-patroni.py COMMAND... FILE`, the init of every database member, which becomes the command, and what it imports. Needs
 * Python's yaml, as Patroni does. The command is `run-patroni.py patroni`.
 */
export const startPatroni: readonly AgentFile[] = [
  'start-patroni.py',
  'run-patroni.py',
  'door.py',
  'turn.py',
  'data_position.py',
  'etcd_gateway.py',
  'etcd_memory.py',
  'remember-etcd.py',
  'scope.py',
  'parent.py',
].map((name) => agentFile(name));

/** A callback of Patroni's on coordinators with Citus; see docs/adr/0007. */
export const recoverTransactions: AgentFile = agentFile('recover-transactions.py');

/** `lag-agent.py ADDRESS PORT PSQL SERVER`, which start-patroni.py starts beside it where patroni.yml says so, on coordinators. */
export const lagAgent: AgentFile = agentFile('lag-agent.py');

/** `knock.py ADDRESS PORT SECONDS`: whether PostgreSQL there answers anybody, as seen from where it runs. */
export const knockProgram: AgentFile = agentFile('knock.py');

/** `hold-packets.py MS MATCH...`, as root in the network namespace of a member; needs iptables(8). */
export const holdPackets: AgentFile = agentFile('hold-packets.py');

/** What HAProxy loads as `lua-load routes.lua`: which server new sessions go to, and whose are cut. */
export const proxyRoutes: AgentFile = agentFile('routes.lua', 'lua');

function agentFile(name: string, folder = 'python'): AgentFile {
  return { name, content: readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8') };
}
