import type { ClusterSpec } from './cluster-spec.js';
import { managedParameters } from './managed-parameters.js';
import type { Finding } from './problem.js';
import { unsafeParameters } from './unsafe-parameters.js';

type Rule = (spec: ClusterSpec) => readonly Finding[];

const factorFitsWorkers: Rule = ({ shards, workers }) =>
  when(shards.replicationFactor > workers.count, {
    keys: ['shards.replicationFactor', 'workers.count'],
    message: `${shards.replicationFactor} copies of each shard need as many workers, and workers.count is ${workers.count}`,
    fix: `lower shards.replicationFactor to ${workers.count}, or raise workers.count to ${shards.replicationFactor}`,
  });

const groupsFitAvailability: Rule = ({ workers: { availability, membersPerGroup } }) => {
  const keys = ['workers.membersPerGroup', 'workers.availability'] as const;
  if (availability === 'patroni') {
    return when(membersPerGroup < 2, {
      keys,
      message: 'a worker group of one member has nothing to fail over to',
      fix: 'set workers.membersPerGroup to 2 or more, or workers.availability to replicas',
    });
  }
  return when(membersPerGroup > 1, {
    keys,
    message: `with availability replicas a worker group is one member, not ${membersPerGroup}`,
    fix: 'set workers.availability to patroni, or remove workers.membersPerGroup',
  });
};

/** etcd's FAQ: an even number of members tolerates no more failures than one member fewer. */
const etcdIsOdd: Rule = ({ etcd: { count } }) =>
  when(count % 2 === 0, {
    keys: ['etcd.count'],
    message: `${count} etcd members survive no more failures than ${count - 1}`,
    fix: `write ${count + 1} or ${count - 1}`,
  });

const portsDiffer: Rule = ({ proxy: { ports }, pooler }) => {
  const used = new Map<number, string>();
  const named: readonly (readonly [string, number])[] = [
    ['proxy.ports.write', ports.write],
    ['proxy.ports.read', ports.read],
    ['proxy.ports.stats', ports.stats],
    ...(pooler.count > 0 ? [['pooler.port', pooler.port] as const] : []),
  ];
  return named.flatMap(([key, port]) => {
    const owner = used.get(port);
    if (owner === undefined) used.set(port, key);
    return owner === undefined
      ? []
      : [{ keys: [key, owner], message: `${port} is taken by ${owner}`, fix: 'give each its own port' } as const];
  });
};

/** Patroni's manual, dynamic configuration: whole seconds, and below these Patroni silently takes the minimum. */
const patroniFloors: Rule = ({ timings }) => {
  const settings = [
    ['timings.ttl', timings.ttlMs, 20],
    ['timings.loopWait', timings.loopWaitMs, 1],
    ['timings.retryTimeout', timings.retryTimeoutMs, 3],
  ] as const;
  return settings.flatMap(([key, ms, minimum]) =>
    when(ms < minimum * 1000 || ms % 1000 !== 0, {
      keys: [key],
      message: `Patroni takes whole seconds from ${minimum}s, not ${ms / 1000}s`,
      fix: `write ${Math.max(minimum, Math.ceil(ms / 1000))}s`,
    }),
  );
};

/** Patroni's manual, dynamic configuration: `loop_wait + 2 * retry_timeout <= ttl`, or the leader may lose its lease while retrying. */
const leaseOutlastsRetries: Rule = ({ timings: { ttlMs, loopWaitMs, retryTimeoutMs } }) => {
  const neededMs = loopWaitMs + 2 * retryTimeoutMs;
  return when(neededMs > ttlMs, {
    keys: ['timings.ttl', 'timings.retryTimeout', 'timings.loopWait'],
    message: `ttl of ${ttlMs / 1000}s is less than loopWait + 2 * retryTimeout, which is ${neededMs / 1000}s`,
    fix: `set ttl to ${Math.ceil(neededMs / 1000)}s or more, or lower the others`,
  });
};

/** A leader that has nothing to send says so twice within the `wal_sender_timeout` that is rendered: that old are idle standbys' data. */
const lagOutlastsSilence: Rule = ({ proxy: { read }, timings: { retryTimeoutMs } }) =>
  when(read.maxLagMs < retryTimeoutMs, {
    keys: ['proxy.read.maxLag.time', 'timings.retryTimeout'],
    message: `a standby hears from an idle leader too seldom to prove that it is at most ${read.maxLagMs / 1000}s behind`,
    fix: `write ${retryTimeoutMs / 1000}s or more`,
  });

/** PostgreSQL majors of each Citus series, from Citus's release notes. */
const citusReleases = [
  { series: '12', oldest: 14, newest: 16 },
  { series: '13', oldest: 15, newest: 17 },
  { series: '14', oldest: 16, newest: 18 },
] as const;

const postgresFitsEngine: Rule = ({ engine, postgres: { version } }) => {
  if (version === 'auto') return [];
  const keys = ['postgres.version', 'engine'] as const;
  if (engine === 'standin') {
    return when(version < 15, {
      keys,
      message: `the stand-in needs PostgreSQL 15 or later, not ${version}`,
      fix: 'set postgres.version to 15 or more',
    });
  }
  const supported = citusReleases.some(({ oldest, newest }) => version >= oldest && version <= newest);
  return when(engine === 'citus' && !supported, {
    keys,
    message: `no Citus release runs on PostgreSQL ${version}`,
    fix: `take one of ${citusReleases.map(pairOf).join(', ')}`,
  });
};

/** An image that names its Citus series holds one of that series' PostgreSQL majors. */
const imageFitsPostgres: Rule = ({ docker: { baseImage }, postgres: { version } }) => {
  const series = /(?:^|\/)citusdata\/citus:v?(\d+)\./.exec(baseImage)?.[1];
  const release = citusReleases.find((known) => known.series === series);
  if (!release || version === 'auto') return [];
  return when(version < release.oldest || version > release.newest, {
    keys: ['postgres.version', 'docker.baseImage'],
    message: `image ${baseImage} does not come with PostgreSQL ${version}: ${pairOf(release)}`,
    fix: 'set postgres.version to auto, or take another docker.baseImage',
  });
};

const rolesDiffer: Rule = ({ credentials: { superuser, replication } }) =>
  when(superuser === replication, {
    keys: ['credentials.replication', 'credentials.superuser'],
    message: `${replication} is the superuser already`,
    fix: 'give the replication role a name of its own',
  });

/** PgBouncer keeps the name for its console. */
const poolerServesDatabase: Rule = ({ pooler, postgres: { database } }) =>
  when(pooler.count > 0 && database === 'pgbouncer', {
    keys: ['pooler.count', 'postgres.database'],
    message: 'PgBouncer cannot serve a database of the name pgbouncer',
    fix: 'set pooler.count to 0, or give postgres.database another name',
  });

/** Patroni's manual, `synchronous_mode_strict`: without a standby the leader takes no writes. */
const strictHasStandby: Rule = ({ durability, coordinators }) =>
  when(durability === 'strict' && coordinators.count < 2, {
    keys: ['durability', 'coordinators.count'],
    message: 'strict with one coordinator would never take a write',
    fix: 'set coordinators.count to 2 or more, or durability to synchronous',
  });

const parametersAreFree: Rule = ({ postgres: { parameters } }) =>
  Object.keys(parameters).flatMap((name) => {
    const fix = Object.hasOwn(managedParameters, name) ? managedParameters[name] : undefined;
    const keys = [`postgres.parameters.${name}`] as const;
    return fix === undefined ? [] : [{ keys, message: 'set by citus-ha itself', fix }];
  });

const parametersAreSafe: Rule = (spec) =>
  unsafeParameters(spec, spec.postgres.parameters).map(({ name, value, message }) => ({
    keys: [`postgres.parameters.${name}`],
    message: `${JSON.stringify(value)}: ${message}`,
    fix: `remove it, or list ${name} under postgres.unsafe`,
  }));

const rules: readonly Rule[] = [
  factorFitsWorkers,
  groupsFitAvailability,
  etcdIsOdd,
  portsDiffer,
  patroniFloors,
  leaseOutlastsRetries,
  lagOutlastsSilence,
  postgresFitsEngine,
  imageFitsPostgres,
  rolesDiffer,
  poolerServesDatabase,
  strictHasStandby,
  parametersAreFree,
  parametersAreSafe,
];

/** Weighs the keys of a spec against each other; every finding of every rule. */
export function checkRules(spec: ClusterSpec): readonly Finding[] {
  return rules.flatMap((rule) => rule(spec));
}

function when(broken: boolean, finding: Finding): readonly Finding[] {
  return broken ? [finding] : [];
}

function pairOf({ series, oldest, newest }: (typeof citusReleases)[number]): string {
  return `Citus ${series} has ${oldest}-${newest}`;
}
