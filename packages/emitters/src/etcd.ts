import { etcdMembers, type MemberSpec } from '@citus-ha/config';
import { endpointAt, ports, urlOf, type Site } from '@citus-ha/layout';
import { endingBy } from './ending-by.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';
import { yamlText } from './yaml-text.js';

/** What its database may grow to. Patroni keeps a few hundred kB in it; etcd's own 2 GB take minutes to defragment. */
export const etcdQuotaBytes = 512 * 1024 * 1024;

/** An etcd member, configured by a file that etcd 3.4 and 3.5 read alike. */
export function renderEtcdMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { configFile } = placeOf(input.site, member.name);
  return {
    ...member,
    // It is made to be killed; one that ends by itself breaks off keepalives such that Patroni 4.0 may demote a leader at once.
    command: [...endingBy('KILL'), 'etcd', ...input.site.programs.etcd, '--config-file', configFile],
    env: {},
    files: [
      { path: configFile, content: etcdYaml(input, member), mode: 0o644 },
      // Nobody here reads it: without it etcd, should the cluster's record be lost, could never be administered again.
      ...(input.secrets.etcd === undefined
        ? []
        : [{ path: etcdSecretPath(input.site, member.name), content: `${input.secrets.etcd}\n`, mode: 0o600 }]),
    ],
    ports: { client: ports.etcdClient, peer: ports.etcdPeer },
  };
}

/** Where a member of etcd keeps what its users' passwords are derived of. */
export function etcdSecretPath(site: Site, member: string): string {
  return placeOf(site, member).configFile.replace(/[^/]+$/, 'etcd.secret');
}

function etcdYaml({ spec, site }: RenderInput, member: MemberSpec): string {
  const place = placeOf(site, member.name);
  return yamlText({
    name: member.name,
    'data-dir': place.dataDir,
    'listen-client-urls': [...new Set([place.address, inside(place.listen)])].map(clientUrl).join(','),
    'advertise-client-urls': clientUrl(place.address),
    // Who has no password is asked for none there.
    'listen-peer-urls': peerUrl(place.address),
    'initial-advertise-peer-urls': peerUrl(place.address),
    'initial-cluster': etcdMembers(spec)
      .map(({ name }) => `${name}=${peerUrl(placeOf(site, name).address)}`)
      .join(','),
    'initial-cluster-token': spec.name,
    'initial-cluster-state': 'new',
    // Patroni writes every loop; old revisions serve nobody.
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '5m',
    'snapshot-count': 10_000,
    // Patroni talks to the JSON gateway, which a configuration file leaves off unless told (etcd 3.4).
    'enable-grpc-gateway': true,
    // Passwords are random, so a slow hash protects nothing.
    'bcrypt-cost': 4,
    'quota-backend-bytes': etcdQuotaBytes,
    logger: 'zap',
    'log-outputs': ['stderr'],
  });
}

/** By what a container's own programs reach it, besides its address in the network of the cluster. */
function inside(listen: string): string {
  return listen === '0.0.0.0' ? '127.0.0.1' : listen;
}

function clientUrl(address: string): string {
  return urlOf(endpointAt(address, 'etcdClient'));
}

function peerUrl(address: string): string {
  return urlOf(endpointAt(address, 'etcdPeer'));
}
