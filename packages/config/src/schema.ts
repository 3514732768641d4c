import { isIP } from 'node:net';
import { parseDurationMs } from '@citus-ha/core';
import { z } from 'zod';
import { judgedParameters } from './unsafe-parameters.js';

/*
 * The message of every check says what to write instead; problems read "got X; write MESSAGE".
 * Rules that weigh one key against another are in rules.ts.
 */

/** A busy server answers within it. */
const shortestSilenceMs = 500;
const dayMs = 86_400_000;
const hostName = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const roleName = /^(?!pg_)[a-z_][a-z0-9_-]{0,62}$/;
const databaseName = /^(?!template[01]$|all$|sameuser$|samerole$|replication$)[a-z_][a-z0-9_-]{0,62}$/;

function choice<const T extends readonly string[]>(options: T, description: string) {
  return z.enum(options, { error: `one of ${options.join(', ')}` }).describe(description);
}

function integer(minimum: number, maximum: number, description: string) {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error }).describe(description);
}

function port(fallback: number, description: string) {
  return integer(1, 65_535, description).default(fallback);
}

function text(pattern: RegExp, what: string, description: string) {
  return z.string({ error: what }).regex(pattern, { error: what }).describe(description);
}

function size(fallback: string, description: string) {
  return text(/^[1-9]\d{0,5}(?:kB|MB|GB)$/, `a size such as ${fallback}`, description).default(fallback);
}

function duration(fallback: string, description: string) {
  const error = `a duration from 1ms to 24h, such as ${fallback}`;
  return z
    .string({ error })
    .regex(/^\d+(?:\.\d+)?(?:ms|s|m|h)$/, { error })
    .refine((written) => isWithin(parseDurationMs(written), 1, dayMs), { error })
    .default(fallback)
    .describe(description);
}

function durationOrNever(fallback: string, leastMs: number, description: string) {
  const error = `a duration from ${leastMs}ms to 24h, such as ${fallback}, or never`;
  return z
    .string({ error })
    .regex(/^(?:never|\d+(?:\.\d+)?(?:ms|s|m|h))$/, { error })
    .refine((written) => written === 'never' || isWithin(parseDurationMs(written), leastMs, dayMs), { error })
    .default(fallback)
    .describe(description);
}

function isWithin(ms: number | undefined, minimum: number, maximum: number): boolean {
  return ms !== undefined && ms >= minimum && ms <= maximum;
}

function section<T extends z.core.$ZodLooseShape>(shape: T, description: string) {
  const error = `a section with any of ${Object.keys(shape).join(', ')}`;
  // `never`, since the compiler cannot see that every key of a shape has a default.
  return z
    .strictObject(shape, { error })
    .prefault({} as never)
    .describe(description);
}

export const timingsSchema = section(
  {
    ttl: duration('20s', "Lease of Patroni's leader lock: how long a failover waits at most."),
    loopWait: duration('1s', "Pause between two of Patroni's loops."),
    retryTimeout: duration('3s', 'How long Patroni retries etcd and PostgreSQL before it gives up.'),
    check: section(
      {
        interval: duration('200ms', 'Between two checks of a server in a settled state.'),
        fastInterval: duration('50ms', 'Between two checks of a server that is changing state.'),
        fall: integer(1, 100, 'Failed checks in a row until a server is down.').default(3),
        rise: integer(1, 100, 'Passed checks in a row until a server is up.').default(1),
      },
      "HAProxy's health checks of Patroni.",
    ),
  },
  'Explicit timings; what is left out is as in fast.',
);

const versionError = 'auto or a major version from 14 on, such as 17';
const postgresMajor = z.int().min(14, { error: versionError }).max(99, { error: versionError });
const identifier =
  'of at most 63 lowercase letters, digits, underscores and dashes, starting with a letter or underscore';

/** The input form of cluster.yaml: what a file may hold, with every default that depends on nothing else. */
export const clusterSchema = z
  .strictObject(
    {
      name: text(
        hostName,
        'a host name of at most 40 lowercase letters, digits and dashes, starting with a letter',
        'Patroni scope, compose project and state directory.',
      ).default('citusap'),
      engine: choice(
        ['auto', 'citus', 'standin'],
        'auto takes Citus where it is installed, else the stand-in.',
      ).default('auto'),
      runtime: choice(['auto', 'docker', 'local'], 'auto takes docker where its engine answers, else local.').default(
        'auto',
      ),
      durability: choice(
        ['synchronous', 'strict', 'async'],
        'synchronous: an acknowledged write is on two coordinators; strict: writes stop rather than go to one alone; async: the newest writes may be lost in a failover.',
      ).default('synchronous'),
      timings: z
        .union([z.enum(['fast', 'stock']), timingsSchema], { error: 'fast, stock or a section of timings' })
        .default('fast')
        .describe("fast: the shortest that Patroni allows; stock: Patroni's 30s/10s/10s with HAProxy's 3s checks."),
      postgres: section(
        {
          version: z
            .union([z.literal('auto'), postgresMajor], { error: versionError })
            .default('auto')
            .describe('Major version; auto takes the one that the members have.'),
          database: text(
            databaseName,
            `a database name ${identifier}`,
            'The database that Citus is created in.',
          ).default('postgres'),
          maxConnections: integer(25, 10_000, 'max_connections of every member.').default(300),
          parameters: z
            .record(
              z.string().regex(/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/),
              z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' }),
              { error: 'a section of PostgreSQL parameters' },
            )
            .default({})
            .describe('Further PostgreSQL parameters of every member, by their own names.'),
          unsafe: z
            .array(z.enum(judgedParameters, { error: `one of ${judgedParameters.join(', ')}` }), {
              error: 'a list of parameters',
            })
            .default([])
            .describe('Parameters that may have values by which acknowledged writes can be lost.'),
        },
        'The PostgreSQL servers.',
      ),
      credentials: section(
        {
          superuser: text(roleName, `a role name ${identifier}`, 'Name of the superuser.').default('postgres'),
          password: z
            .union(
              [
                z.literal('generated'),
                z.strictObject({ file: text(/./, 'the path of a file', "Path, relative to cluster.yaml's folder.") }),
                z.strictObject({
                  env: text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable', 'Environment variable.'),
                }),
              ],
              { error: 'generated, { file: PATH } or { env: NAME }; passwords do not belong in cluster.yaml' },
            )
            .default('generated')
            .describe("Where the superuser's password comes from."),
          replication: text(roleName, `a role name ${identifier}`, 'Name of the replication role.').default(
            'replicator',
          ),
        },
        'Roles and where the password comes from; never a password itself.',
      ),
      coordinators: section(
        { count: integer(1, 5, 'Coordinators, one of which leads.').default(2) },
        'Citus group 0, under Patroni.',
      ),
      workers: section(
        {
          count: integer(1, 100, 'Worker groups.').default(3),
          availability: choice(
            ['replicas', 'patroni'],
            'replicas: shards are kept on several workers; patroni: every worker group has standbys of its own.',
          ).default('replicas'),
          membersPerGroup: integer(
            1,
            5,
            'Members of a worker group: 1 with replicas, 2 with patroni unless told.',
          ).optional(),
        },
        'Citus groups 1 and up.',
      ),
      shards: section(
        {
          count: integer(1, 64_000, 'Shards of a newly distributed table.').default(3),
          replicationFactor: integer(
            1,
            100,
            'Workers that each shard is kept on: 2 with replicas, 1 with patroni unless told.',
          ).optional(),
        },
        'How tables are distributed.',
      ),
      etcd: section({ count: integer(1, 5, '1, 3 or 5.').default(1) }, "The store of Patroni's locks."),
      proxy: section(
        {
          count: integer(1, 5, 'HAProxy members.').default(1),
          bind: z
            .string({ error: 'an IP address such as 127.0.0.1' })
            .refine((written) => isIP(written) !== 0, { error: 'an IP address such as 127.0.0.1' })
            .default('127.0.0.1')
            .describe('IP address that the endpoints are served on.'),
          read: section(
            {
              maxLag: section(
                {
                  bytes: size('16MB', 'WAL that a standby may lack and still be read from.'),
                  time: duration('30s', 'How old what is read there may be, by the clock of the standby.'),
                },
                'How far a standby may be behind.',
              ),
            },
            'What the read port leads to.',
          ),
          ports: section(
            {
              write: port(5000, 'Leads to the leader.'),
              read: port(5001, 'Leads to replicas, or to the leader when none is fit.'),
              stats: port(7000, "HAProxy's statistics page."),
            },
            'Ports of the endpoints.',
          ),
        },
        'HAProxy, the one address of the cluster.',
      ),
      pooler: section(
        { count: integer(0, 5, 'PgBouncer members.').default(0), port: port(6432, 'Port that it serves.') },
        'PgBouncer, which switchovers pause: clients that come by it wait instead of failing.',
      ),
      sentinel: section(
        {
          enabled: z.boolean({ error: 'true or false' }).default(true).describe('Whether it runs.'),
          fenceAfter: durationOrNever(
            '1200ms',
            shortestSilenceMs,
            'How long PostgreSQL of a member that another one can replace, or of a coordinator that follows, may answer nobody before it is killed; twice that where its Patroni answers.',
          ),
          disableAfter: durationOrNever(
            '0s',
            0,
            'How long a worker may be gone, of whose shards others have copies, before it is taken out of service, so that writes go on without it; its copies are made anew once it is back.',
          ),
        },
        "The process that fails over faster than the lease, after proof of death. In containers it has the engine's socket, and so the rights of root on the engine's machine.",
      ),
      local: section(
        {
          network: choice(
            ['loopback', 'namespaces'],
            'namespaces gives each member a network namespace (as root), where network faults are possible.',
          ).default('loopback'),
        },
        'The local runtime.',
      ),
      docker: section(
        {
          baseImage: text(
            /^\S+$/,
            'auto or an image such as debian:trixie-slim',
            'citusdata/citus, or any Debian with an apt that has PostgreSQL and Patroni.',
          ).default('auto'),
          sharedMemory: size('1GB', 'What parallel queries of one server may have of /dev/shm.'),
        },
        'The docker runtime.',
      ),
    },
    { error: 'keys with values, such as name: citusap' },
  )
  .describe('A citus-ha cluster.');

/** A cluster.yaml as read, defaults filled in. */
export type ClusterInput = z.output<typeof clusterSchema>;

/** What editors check cluster.yaml against; shipped as schema.json. */
export function clusterJsonSchema() {
  return { title: 'cluster.yaml', ...z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-7' }) };
}
