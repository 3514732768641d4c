import type { ClientBase } from 'pg';

/** A row of `pg_dist_node`. */
export interface CitusNode {
  readonly nodeId: number;
  /** 0 is the coordinator. */
  readonly groupId: number;
  readonly host: string;
  readonly port: number;
  readonly role: 'primary' | 'secondary' | 'unavailable';
  readonly active: boolean;
  readonly shouldHaveShards: boolean;
}

/** Where a node is reached by the other nodes. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** Every registered node, the coordinator's too, by node id. */
export async function readNodes(client: ClientBase): Promise<readonly CitusNode[]> {
  const { rows } = await client.query<CitusNode>(nodesSql);
  return rows;
}

const nodesSql = `
SELECT nodeid AS "nodeId", groupid AS "groupId", nodename AS host, nodeport AS port,
       noderole::text AS role, isactive AS active, shouldhaveshards AS "shouldHaveShards"
FROM pg_dist_node
ORDER BY nodeid`;

/** The workers that take queries, by name and port. */
export async function readActiveWorkers(client: ClientBase): Promise<readonly NodeAddress[]> {
  const { rows } = await client.query<NodeAddress>(activeWorkersSql);
  return rows;
}

const activeWorkersSql = `
SELECT node_name AS host, node_port::int AS port
FROM citus_get_active_worker_nodes()
ORDER BY node_name, node_port`;

/** One probe from a node to a node. */
export interface NodeLink {
  readonly from: NodeAddress;
  readonly to: NodeAddress;
  readonly reachable: boolean;
}

/** Lets every node connect to every node (`citus_check_cluster_node_health`, Citus manual, Cluster Management). */
export async function readNodeLinks(client: ClientBase): Promise<readonly NodeLink[]> {
  const { rows } = await client.query<{
    from_nodename: string;
    from_nodeport: number;
    to_nodename: string;
    to_nodeport: number;
    result: boolean | null;
  }>('SELECT * FROM citus_check_cluster_node_health()');
  return rows.map((row) => ({
    from: { host: row.from_nodename, port: row.from_nodeport },
    to: { host: row.to_nodename, port: row.to_nodeport },
    reachable: row.result === true,
  }));
}

/** Those of the nodes that the server reaches by a new connection, the others each after `timeoutMs`. */
export async function readReached<T extends NodeAddress>(
  client: ClientBase,
  nodes: readonly T[],
  timeoutMs: number,
): Promise<readonly T[]> {
  await client.query(`SET citus.node_connection_timeout = ${timeoutMs}`);
  const addresses = [nodes.map(({ host }) => host), nodes.map(({ port }) => port)];
  const { rows } = await client.query<{ reached: boolean }>(reachedSql, addresses);
  await client.query('RESET citus.node_connection_timeout');
  return nodes.filter((_, index) => rows[index]?.reached);
}

const reachedSql = `
SELECT citus_check_connection_to_node(host, port) AS reached
FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS node (host, port, n) ORDER BY n`;
