import { coordinators, type MemberSpec, type Timings } from '@citus-ha/config';
import { escaped } from './escaped.js';
import { proxySource } from './node-certificate.js';
import { ports } from './ports.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';

/** A proxy: SQL on the write and the read port, statistics on the third. */
export function renderProxyMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { configFile } = placeOf(input.site, member.name);
  return {
    ...member,
    // -W: a master process that is fit to be an init; -db: it stays in the foreground.
    command: [...input.site.programs.haproxy, '-W', '-db', '-f', configFile],
    env: {},
    files: [{ path: configFile, content: haproxyConfig(input, member), mode: 0o644 }],
    ports: { ...input.spec.proxy.ports },
  };
}

function haproxyConfig(input: RenderInput, member: MemberSpec): string {
  const { spec, site } = input;
  const { listen, runDir } = placeOf(site, member.name);
  const { write, read, stats } = spec.proxy.ports;
  const servers = coordinators(spec).map(({ name }) => ({
    // Named as in the seed: coord-1 is coord1.
    name: name.replace('-', ''),
    address: `${placeOf(site, name).address}:${ports.postgres}`,
  }));
  const source = proxySource(input);
  // Clients never take the last connections, whoever they are: Patroni, standbys and whoever mends the cluster need theirs.
  const most = spec.postgres.maxConnections - Math.min(kept, Math.ceil(spec.postgres.maxConnections / 5));
  const health = `maxconn ${most} check port ${ports.patroni}`;
  const inTime = `agent-check agent-port ${ports.lag} agent-inter 1s agent-send ${spec.proxy.read.maxLagMs}`;
  const waiting = spec.postgres.maxConnections + strangers;
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
    timeout check ${Math.max(1000, spec.timings.check.intervalMs)}ms
    default-server ${checkOptions(spec.timings.check)} on-marked-down shutdown-sessions

# Only the holder of the leader lock answers 200.
listen postgres_write
    bind ${listen}:${write}
    maxconn ${waiting}
${speakFirst}
    option httpchk OPTIONS /primary
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${address} ${health}`).join('\n')}

# Standbys that keep up, in bytes by Patroni's word, in time by their own; the leader, as postgres_write sees it, where none does.
listen postgres_read
    bind ${listen}:${read}
    maxconn ${waiting}
${speakFirst}
    balance leastconn
    option httpchk OPTIONS /replica?lag=${spec.proxy.read.maxLag}
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${address} ${health} ${inTime}`).join('\n')}
${servers.map(({ name, address }) => `    server ${name}_leader ${address} maxconn ${most} backup track postgres_write/${name}`).join('\n')}

listen stats
    mode http
    bind ${listen}:${stats}
    maxconn ${forStatistics}
    timeout client 10s
    stats enable
    stats uri /
    stats refresh 5s
`;
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
