import { stringify } from 'yaml';
import { parseClusterSpec } from './parse.js';

/**
 * The commented cluster.yaml that `citus-ha init` writes: every key with its default. It parses to
 * `defaultClusterSpec(name)`.
 *
 * @throws ConfigError if the name is no host name.
 */
export function clusterTemplate(name = 'citusap'): string {
  const text = `# yaml-language-server: $schema=node_modules/@citus-ha/config/schema.json
# Every key with its default. A key left out keeps its default.

# Patroni scope, compose project and state directory.
name: ${stringify(name).trimEnd()}

# auto takes Citus where it is installed, else the stand-in | citus | standin
engine: auto

# auto takes docker where its engine answers, else local | docker | local
runtime: auto

# synchronous: an acknowledged write is on two coordinators
# strict: writes stop rather than go to one coordinator alone
# async: the newest writes may be lost in a failover
durability: synchronous

# fast: the shortest that Patroni allows | stock: Patroni's 30s/10s/10s with HAProxy's 3s checks | or explicit, as in fast:
#   { ttl: 20s, loopWait: 1s, retryTimeout: 3s, check: { interval: 200ms, fastInterval: 50ms, fall: 3, rise: 1 } }
timings: fast

postgres:
  version: auto         # or a major version such as 17
  database: postgres    # the database that Citus is created in
  maxConnections: 300
  parameters: {}        # further PostgreSQL parameters, by their own names
  unsafe: []            # those of them that may break durability, such as [fsync]

# Never a password itself.
credentials:
  superuser: postgres
  password: generated   # or { file: PATH }, relative to this file's folder, or { env: NAME }
  replication: replicator

coordinators:
  count: 2              # 1 to 5; from 3 on, a failover waits for no dead standby

workers:
  count: 3
  availability: replicas  # shards on several workers | patroni: every worker group has standbys of its own
  # membersPerGroup: 2    # with patroni

shards:
  count: 3              # of a newly distributed table
  replicationFactor: 2  # workers each shard is kept on; 1 unless told with availability: patroni

etcd:
  count: 1              # 1, 3 or 5

proxy:
  count: 1
  bind: 127.0.0.1       # 0.0.0.0 serves every network of this machine
  read:
    maxLag:             # of a standby that is read from
      bytes: 16MB       # WAL that it lacks; beyond it the read port leads elsewhere
      time: 30s         # since it has replayed anything; beyond it \`status\` names it
  ports:
    write: 5000         # the leader
    read: 5001          # replicas, or the leader when none is fit
    stats: 7000         # HAProxy's statistics page

pooler:                 # PgBouncer, which switchovers pause: clients that come by it wait instead of failing
  count: 0              # of several each is named in \`citus-ha uri --pooled\`
  port: 6432

sentinel:               # to fail over faster than the lease, after proof of death; in containers it has the engine's socket
  enabled: true
  fenceAfter: 1200ms    # of silence a member is killed, so that others do its work, or wait for it no longer | never
  disableAfter: 0s      # a lost worker that others have copies of is taken out of service, to be copied anew later | never

local:
  network: loopback     # namespaces: a network of its own for each member (as root), for network faults

docker:
  baseImage: auto       # citusdata/citus, or any Debian with an apt that has PostgreSQL and Patroni
  sharedMemory: 1GB     # what parallel queries of one server may have of /dev/shm
`;
  parseClusterSpec(text, { file: 'cluster.yaml' });
  return text;
}
