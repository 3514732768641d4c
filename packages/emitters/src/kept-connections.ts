/**
 * Connections of a server that no client gets, of `max_connections`: Patroni, a standby that rewinds, nodes and whoever mends the
 * cluster need theirs also where clients come in a storm. A busy server also holds those of clients that gave up while they were
 * let in, for longer than the proxy counts them.
 */
export function keptConnections(maxConnections: number): number {
  return Math.min(20, Math.ceil((2 * maxConnections) / 5));
}
