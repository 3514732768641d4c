import { join } from 'node:path';
import type { ClusterSpec, MemberKind, MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { ports } from './endpoint.js';
import type { MemberSite } from './site.js';

/** unix(7): sun_path has 108 bytes, the last of them zero. */
const maxSocketPath = 107;
const longestSocketName = '.s.PGSQL.65535';

/** Where one member's files are. */
export interface LocalFolder {
  readonly name: string;
  readonly config: string;
  readonly data: string;
  readonly run: string;
}

export interface LocalSiteOptions {
  readonly spec: ClusterSpec;
  readonly member: MemberSpec;
  readonly folder: LocalFolder;
  readonly ownAddress: string;
  /** Whether the member sees a hosts file with the names of all. */
  readonly namesResolve: boolean;
}

/**
 * Where a member lives and listens that is a process of this machine.
 *
 * @throws CodedError `PATH_TOO_LONG` when its sockets would not fit.
 */
export function localMemberSite({ spec, member, folder, ownAddress, namesResolve }: LocalSiteOptions): MemberSite {
  checkSocketPath(folder);
  const { bind } = spec.proxy;
  const isFirst = isFirstOfClients(member);
  const listen = isFirst ? bind : ownAddress;
  const address = isFirst && bind !== '0.0.0.0' && bind !== '::' ? bind : ownAddress;
  return {
    address,
    host: namesResolve && address === ownAddress ? member.name : address,
    listen,
    configFile: join(folder.config, configFileNames[member.kind]),
    dataDir: join(folder.data, 'db'),
    runDir: folder.run,
    passFile: join(folder.config, 'pgpass'),
  };
}

/** The ports a member of this kind binds. */
export function portsOf(kind: MemberKind, spec: ClusterSpec): readonly number[] {
  const database = [ports.postgres, ports.patroni];
  const bound: Readonly<Record<MemberKind, readonly number[]>> = {
    coordinator: [...database, ports.lag],
    worker: database,
    etcd: [ports.etcdClient, ports.etcdPeer],
    proxy: Object.values(spec.proxy.ports),
    pooler: [spec.pooler.port],
    sentinel: [],
  };
  return bound[kind];
}

const configFileNames: Readonly<Record<MemberKind, string>> = {
  coordinator: 'patroni.yml',
  worker: 'patroni.yml',
  etcd: 'etcd.conf.yml',
  proxy: 'haproxy.cfg',
  pooler: 'pgbouncer.ini',
  sentinel: 'sentinel.json',
};

/** The proxy and the pooler that serve where clients are told to come to; further ones keep to their own addresses. */
function isFirstOfClients({ name }: MemberSpec): boolean {
  return ['haproxy', 'haproxy-1', 'pgbouncer', 'pgbouncer-1'].includes(name);
}

function checkSocketPath(folder: LocalFolder): void {
  const length = Buffer.byteLength(join(folder.run, longestSocketName));
  if (length <= maxSocketPath) return;
  throw new CodedError(
    'PATH_TOO_LONG',
    `${folder.run} is too long a folder for sockets: ${length} bytes with their name, ${maxSocketPath} are possible`,
    {
      blame: 'user',
      member: folder.name,
      fix: 'Set XDG_STATE_HOME to a shorter path, or give the cluster a shorter name.',
    },
  );
}
