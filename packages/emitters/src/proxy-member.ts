import { dirname, join } from 'node:path/posix';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { proxyRoutes } from '@citus-ha/member-agent';
import { haproxyConfig } from './haproxy.js';
import { proxySource } from './node-certificate.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';

/** A proxy: SQL on the write and the read port, statistics on the third. */
export function renderProxyMember(input: RenderInput, member: MemberSpec): RenderedMember {
  const { spec, site } = input;
  const { configFile, listen, runDir } = placeOf(site, member.name);
  const { ports, read } = spec.proxy;
  const content = haproxyConfig({
    // Named as in the seed: coord-1 is coord1.
    servers: coordinators(spec).map(({ name }) => ({
      name: name.replace('-', ''),
      address: placeOf(site, name).address,
    })),
    maxConnections: spec.postgres.maxConnections,
    listen,
    ports,
    runDir,
    check: spec.timings.check,
    readLag: { size: read.maxLag, ms: read.maxLagMs },
    source: proxySource(input),
  });
  return {
    ...member,
    // -W: a master process that is fit to be an init; -db: it stays in the foreground.
    command: [...site.programs.haproxy, '-W', '-db', '-f', configFile],
    env: {},
    files: [
      { path: configFile, content, mode: 0o644 },
      { path: join(dirname(configFile), proxyRoutes.name), content: proxyRoutes.content, mode: 0o644 },
    ],
    ports: { ...ports },
  };
}
