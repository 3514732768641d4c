import type { ServerAddress } from '@citus-ha/citus';
import { etcdMembers, poolers, proxies } from '@citus-ha/config';
import type { Way } from '@citus-ha/core';
import { createEtcdClient } from '@citus-ha/dcs';
import { poolerLogin, restUser, rootLogin } from '@citus-ha/emitters';
import { endpointAt, ports, statsAt, urlOf } from '@citus-ha/layout';
import { createPatroniClient } from '@citus-ha/patroni';
import { createPooler, createRoutes } from '@citus-ha/routes';
import type { Runtime } from '@citus-ha/runtime';
import type { Placed, Ports } from './ports.js';
import { endpointHost, siteOf } from './places.js';

export const networkPorts: Ports = {
  dcs: ({ spec, site, record, runtime }) =>
    createEtcdClient({
      login: rootLogin(record.secrets),
      endpoints: etcdMembers(spec).flatMap(({ name }) => {
        const address = site.members[name]?.address;
        return address === undefined
          ? []
          : [
              {
                url: urlOf(endpointAt(address, 'etcdClient')),
                way: wayTo(runtime, name, ports.etcdClient),
                member: name,
              },
            ];
      }),
    }),
  patroni: ({ site, record, runtime }, member) =>
    createPatroniClient({
      url: urlOf(endpointAt(siteOf(site, member).address, 'patroni')),
      way: wayTo(runtime, member, ports.patroni),
      user: restUser,
      password: record?.secrets.superuser,
      member,
    }),
  sql: (cluster, member) => ({
    host: siteOf(cluster.site, member).address,
    port: ports.postgres,
    way: wayTo(cluster.runtime, member, ports.postgres),
    member,
    ...loginOf(cluster),
  }),
  endpoint: (cluster, name) => {
    const { spec, runtime } = cluster;
    const isPooled = name === 'pooled';
    const port = isPooled ? spec.pooler.port : spec.proxy.ports[name];
    const [server] = isPooled ? poolers(spec) : proxies(spec);
    return {
      host: endpointHost(cluster),
      port,
      isPooled,
      ...(server && { member: server.name, way: wayTo(runtime, server.name, port) }),
      ...loginOf(cluster),
    };
  },
  routes: (cluster, proxy, port) =>
    createRoutes({
      url: urlOf(statsAt(endpointHost(cluster), port)),
      way: wayTo(cluster.runtime, proxy, port),
      member: proxy,
    }),
  pooler: ({ spec, site, record, runtime }, member) => {
    const { role: user, password } = poolerLogin(record);
    const { port } = spec.pooler;
    return createPooler({
      host: siteOf(site, member).address,
      port,
      user,
      password,
      database: spec.postgres.database,
      member,
      way: wayTo(runtime, member, port),
    });
  },
};

function wayTo(runtime: Runtime, member: string, port: number): Way {
  return (options) => runtime.connect(member, port, options);
}

function loginOf({ spec, record }: Placed): Pick<ServerAddress, 'user' | 'password' | 'database'> {
  return { user: spec.credentials.superuser, password: record.secrets.superuser, database: spec.postgres.database };
}
