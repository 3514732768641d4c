import type { Timings } from '@citus-ha/config';
import { hostAndPort, ports } from '@citus-ha/layout';
import { escaped } from './escaped.js';

/** A Patroni cluster as HAProxy sees it. */
export interface HaproxySettings {
  /** All members, by IP address; each has PostgreSQL on 5432 and Patroni's REST API on 8008. */
  readonly servers: readonly { readonly name: string; readonly address: string }[];
  /** `max_connections` of each. */
  readonly maxConnections: number;
  /** The address to bind to, and the ports for SQL and for the page of statistics. */
  readonly listen: string;
  readonly ports: { readonly write: number; readonly read: number; readonly stats: number };
  /** Folder of the admin socket. */
  readonly runDir: string;
  readonly check: Timings['check'];
  /**
   * How far a standby may be behind and still be read from: a size as PostgreSQL writes it, and milliseconds where
   * `lag-agent.py` of `@citus-ha/member-agent` runs beside each server, on 8009.
   */
  readonly readLag: { readonly size: string; readonly ms?: number };
  /** The address to connect from, where servers tell clients apart by it. */
  readonly source?: string | undefined;
}

/**
 * haproxy.cfg: `postgres_write` leads to the holder of the leader lock, `postgres_read` to standbys that keep up, and to the
 * leader where none does. Runs in the foreground by `haproxy -W -db -f FILE`.
 */
export function haproxyConfig(settings: HaproxySettings): string {
  const { servers, maxConnections, listen, runDir, check, readLag, source } = settings;
  const most = connectionsForClients(maxConnections);
  const health = `maxconn ${most} check port ${ports.patroni}`;
  const inTime =
    readLag.ms === undefined ? '' : ` agent-check agent-port ${ports.lag} agent-inter 1s agent-send ${readLag.ms}`;
  const waiting = maxConnections + strangers;
  return `global
    maxconn ${2 * waiting + forStatistics}
    stats socket ${escaped(runDir)}/admin.sock mode 600 level admin

defaults
    mode tcp
    # A new session waits for the next leader instead of failing: many short tries, each at another server.
    timeout connect 50ms
    retries 40
    option redispatch 1
    # For a connection that another client gives back.
    timeout queue 10s
    # Idle sessions are left alone; those whose other end is gone are found by keepalives.
    timeout client 24d
    timeout server 24d
    option clitcpka
    option srvtcpka
${source === undefined ? '' : `    source ${source}\n`}    # A late answer of a busy machine is not a failed check.
    timeout check ${Math.max(1000, check.intervalMs)}ms
    default-server ${checkOptions(check)} on-marked-down shutdown-sessions

# Only the holder of the leader lock answers 200.
listen postgres_write
    bind ${listen}:${settings.ports.write}
    maxconn ${waiting}
${speakFirst}
    option httpchk OPTIONS /primary
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${hostAndPort(address, ports.postgres)} ${health}`).join('\n')}

# Standbys that keep up, in bytes by Patroni's word, in time by their own; the leader, as postgres_write sees it, where none does.
listen postgres_read
    bind ${listen}:${settings.ports.read}
    maxconn ${waiting}
${speakFirst}
    balance leastconn
    option httpchk OPTIONS /replica?lag=${readLag.size}
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${hostAndPort(address, ports.postgres)} ${health}${inTime}`).join('\n')}
${servers.map(({ name, address }) => `    server ${name}_leader ${hostAndPort(address, ports.postgres)} maxconn ${most} backup track postgres_write/${name}`).join('\n')}

listen stats
    mode http
    bind ${listen}:${settings.ports.stats}
    maxconn ${forStatistics}
    timeout client 10s
    stats enable
    stats uri /
    stats refresh 5s
`;
}

/** Clients never take the last connections of a server, whoever they are: Patroni, standbys and whoever mends the cluster need theirs. */
export function connectionsForClients(maxConnections: number): number {
  return maxConnections - Math.min(kept, Math.ceil(maxConnections / 5));
}

/** Connections of a server that no client gets. */
const kept = 20;
/** Connections at a port that may wait, or have not said anything yet, beside those that are served. */
const strangers = 200;
const forStatistics = 100;

/** PostgreSQL's clients speak first; who has nothing to say would take the place of one. */
const speakFirst = `    tcp-request inspect-delay 3s
    tcp-request content accept if { req.len gt 0 }
    tcp-request content reject`;

function checkOptions({ intervalMs, fastIntervalMs, fall, rise }: Timings['check']): string {
  return `inter ${intervalMs}ms fastinter ${fastIntervalMs}ms downinter ${fastIntervalMs}ms fall ${fall} rise ${rise}`;
}
