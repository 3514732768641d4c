import type { Timings } from '@citus-ha/config';
import { hostAndPort, ports } from '@citus-ha/layout';
import { proxyRoutes } from '@citus-ha/member-agent';
import { escaped } from './escaped.js';
import { keptConnections } from './kept-connections.js';

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
 * leader where none does. Runs in the foreground by `haproxy -W -db -f FILE`, with
 * `proxyRoutes` of `@citus-ha/member-agent` beside that file.
 */
export function haproxyConfig(settings: HaproxySettings): string {
  const { servers, maxConnections, listen, runDir, check, readLag, source } = settings;
  const readCheck = `/replica?lag=${readLag.size}`;
  const health = `maxconn ${maxConnections - keptConnections(maxConnections)} check port ${ports.patroni}`;
  const inTime =
    readLag.ms === undefined ? '' : ` agent-check agent-port ${ports.lag} agent-inter 1s agent-send ${readLag.ms}`;
  const waiting = maxConnections + strangers;
  // Whoever comes by either port; readers of the leader come by both; who waits has both ends of a connection to the waiting room.
  const all = 6 * waiting + forStatistics;
  const forReaders = `unix@${escaped(runDir)}/read.sock`;
  return `global
    maxconn ${all}
    stats socket ${escaped(runDir)}/admin.sock mode 600 level admin
    default-path config
    setenv PATRONI_PORT ${ports.patroni}
    setenv READ_CHECK ${readCheck}
    setenv WAITING_ROOM ${escaped(runDir)}/wait.sock
    lua-load ${proxyRoutes.name}
    # Servers that go and come, each with its time; not every session.
    log stdout format iso daemon notice

defaults
    mode tcp
    log global
    # Who comes while a server dies tries again, each time at another one.
    timeout connect 300ms
    retries 10
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
    default-server ${checkOptions(check)}

# To the holder of the leader lock, once its PostgreSQL takes writes.
listen postgres_write
    bind ${listen}:${settings.ports.write}
    # For those who read from the leader: they are counted with the others, or both together would be more than it takes.
    bind ${forReaders}
    maxconn ${waiting}
${waitFor('writer')}
    option httpchk
    http-check send meth GET uri /primary
    http-check expect string '"role": "primary"'
    http-check expect string '"state": "running"'
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${hostAndPort(address, ports.postgres)} ${health}`).join('\n')}

# Standbys that keep up, in bytes by Patroni's word, in time by their own; the leader, by way of postgres_write, where none does.
listen postgres_read
    bind ${listen}:${settings.ports.read}
    maxconn ${waiting}
${waitFor('reader')}
    balance leastconn
    option httpchk OPTIONS ${readCheck}
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${hostAndPort(address, ports.postgres)} ${health}${inTime}`).join('\n')}
    server leader ${forReaders} backup

# Of routes.lua: sessions wait here for a server.
listen waiting_room
    bind unix@${escaped(runDir)}/wait.sock mode 600
    timeout client 11s
    tcp-request inspect-delay 11s
    tcp-request content use-service lua.waiting_room

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

/** Connections at a port that may wait, or have not said anything yet, beside those that are served. */
const strangers = 200;
const forStatistics = 100;

/** PostgreSQL's clients speak first; who has nothing to say would take the place of one. */
function waitFor(server: 'writer' | 'reader'): string {
  return `    tcp-request inspect-delay 10s
    tcp-request content lua.wait_for_${server} if { req.len gt 0 }
    tcp-request content accept if { req.len gt 0 }
    tcp-request content reject`;
}

/** Who is down is asked by whoever waits for it; checks are for those that nobody waits for. */
function checkOptions({ intervalMs, fastIntervalMs, fall, rise }: Timings['check']): string {
  return `inter ${intervalMs}ms fastinter ${fastIntervalMs}ms downinter ${Math.max(1000, intervalMs)}ms fall ${fall} rise ${rise}`;
}
