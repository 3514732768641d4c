import { etcdMembers, type MemberSpec } from '@citus-ha/config';
import { ports } from './ports.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';
import { yamlText } from './yaml-text.js';

/** An etcd member, configured by a file that etcd 3.4 and 3.5 read alike. */
export function renderEtcdMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { configFile } = placeOf(input.site, member.name);
  return {
    ...member,
    command: [...input.site.programs.etcd, '--config-file', configFile],
    env: {},
    files: [{ path: configFile, content: etcdYaml(input, member), mode: 0o644 }],
    ports: { client: ports.etcdClient, peer: ports.etcdPeer },
  };
}

function etcdYaml({ spec, site }: RenderInput, member: MemberSpec): string {
  const place = placeOf(site, member.name);
  return yamlText({
    name: member.name,
    'data-dir': place.dataDir,
    'listen-client-urls': url(place.listen, ports.etcdClient),
    'advertise-client-urls': url(place.address, ports.etcdClient),
    'listen-peer-urls': url(place.listen, ports.etcdPeer),
    'initial-advertise-peer-urls': url(place.address, ports.etcdPeer),
    'initial-cluster': etcdMembers(spec)
      .map(({ name }) => `${name}=${url(placeOf(site, name).address, ports.etcdPeer)}`)
      .join(','),
    'initial-cluster-token': spec.name,
    'initial-cluster-state': 'new',
    // Patroni writes every loop; old revisions serve nobody.
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '5m',
    'snapshot-count': 10_000,
    // Patroni talks to the JSON gateway, which a configuration file leaves off unless told (etcd 3.4).
    'enable-grpc-gateway': true,
    logger: 'zap',
    'log-outputs': ['stderr'],
  });
}

function url(address: string, port: number): string {
  return `http://${address}:${port}`;
}
