/**
 * Connections of a server that no client gets, of `max_connections`: Patroni, a standby that rewinds, nodes and whoever mends the
 * cluster need theirs also where clients come in a storm.
 */
export function keptConnections(maxConnections: number): number {
  return Math.min(20, Math.ceil(maxConnections / 5));
}
