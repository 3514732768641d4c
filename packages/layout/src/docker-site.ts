import { type ClusterSpec, membersOf, type MemberKind, sentinels } from '@citus-ha/config';
import type { ImageKind } from './member-needs.js';
import type { Site } from './site.js';

/** Files in a container are where the programs' own images and manuals have them. */
const configFiles: Readonly<Record<MemberKind, string>> = {
  coordinator: '/etc/patroni.yml',
  worker: '/etc/patroni.yml',
  etcd: '/etc/etcd/etcd.yml',
  proxy: '/usr/local/etc/haproxy/haproxy.cfg',
  pooler: '/etc/pgbouncer/pgbouncer.ini',
  sentinel: '/etc/citus-ha/sentinel.json',
};

/** What the images have in them, as their builds wrote it down. */
export interface ImageContents {
  /** Major version. */
  readonly postgres: number;
  readonly patroni: string;
  readonly citus: boolean;
  readonly etcd: string;
  readonly haproxy: string;
  /** Where there are poolers. */
  readonly pgbouncer?: string;
}

/** Of a cluster's images; only one with a sentinel, or with poolers, has theirs. */
export type ImageNames = Readonly<
  Record<Exclude<ImageKind, OptionalKind>, string> & Partial<Record<OptionalKind, string>>
>;
type OptionalKind = 'sentinel' | 'pooler';

/** What a cluster in containers settles once and keeps: its images, its site, addresses of members, what its ports are published on. */
export interface DockerState {
  readonly version: 1;
  readonly base: string;
  /** The base of the images of etcd and proxies; of clusters made before there was one, {@link base} is. */
  readonly plainBase?: string;
  /** By name of a base: its id when the cluster was made. The name may stand for another image by now. */
  readonly baseIds?: Readonly<Record<string, string>>;
  readonly images: ImageNames;
  readonly bind: string;
  /** Of each database member; one of a cluster made before it could be told has {@link formerSharedMemory}. */
  readonly sharedMemory?: string;
  readonly site: Site;
  /** By member; never given to another one. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** What the engine keeps of a container's output, as its API names it; Docker's own default keeps all. */
export const containerLog = { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '2' } } as const;

export const formerSharedMemory = '256MB';

/** Where an engine listens on its own machine, and whoever attends a cluster is given it. */
export const engineSocket = '/var/run/docker.sock';

/** The first address of a network is its gateway's; Docker gives others to containers that ask for none. */
const firstHost = 11;

/**
 * The site of a cluster in containers: names as hosts, a fixed private address for each member, programs from the PATH of
 * the images. Depends on nothing but the spec and, where it is known, what the images have in them: so files can be
 * rendered where there is no Docker.
 */
export function dockerSite(spec: ClusterSpec, contents: ImageContents = expectedContents(spec)): Site {
  const { citus, ...versions } = contents;
  const { address } = networkOf(spec);
  return {
    runtime: 'docker',
    versions,
    programs: {
      patroni: ['patroni'],
      etcd: ['etcd'],
      haproxy: ['haproxy'],
      sentinel: ['node', '/usr/local/lib/citus-ha/bundle/citus-ha.mjs'],
      ...(spec.pooler.count > 0 && { pgbouncer: ['pgbouncer'] }),
      postgresBinDir: `/usr/lib/postgresql/${versions.postgres}/bin`,
    },
    citusAvailable: citus,
    members: Object.fromEntries(
      [...membersOf(spec), ...sentinels(spec)].map(({ name, kind }, index) => [
        name,
        {
          address: address(firstHost + index),
          host: name,
          listen: '0.0.0.0',
          configFile: configFiles[kind],
          dataDir: '/var/lib/citus-ha/data',
          runDir: '/run/citus-ha',
          passFile: '/etc/citus-ha/pgpass',
        },
      ]),
    ),
  };
}

/** Of images that are yet to be built. Which etcd and HAProxy their base has is not known before. */
function expectedContents({ postgres: { version }, engine }: ClusterSpec): ImageContents {
  const postgres = version === 'auto' ? 17 : version;
  return { postgres, patroni: '4.0.7', citus: engine !== 'standin', etcd: 'unknown', haproxy: 'unknown' };
}

/**
 * The cluster's private network of 1022 addresses. It follows from the cluster's name, so that it stays the same and
 * clusters of other names are most likely elsewhere.
 */
export function networkOf(spec: Pick<ClusterSpec, 'name'>): {
  readonly subnet: string;
  readonly address: (host: number) => string;
} {
  // FNV-1a, 32 bits.
  const hash = new TextEncoder()
    .encode(spec.name)
    .reduce((seed, byte) => Math.imul(seed ^ byte, 0x01000193), 0x811c9dc5);
  const second = 128 + ((hash >>> 6) & 0x7f);
  const third = (hash & 0x3f) << 2;
  const address = (host: number) => `10.${second}.${third + (host >> 8)}.${host & 0xff}`;
  return { subnet: `${address(0)}/22`, address };
}
