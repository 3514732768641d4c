import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dcs } from '@citus-ha/dcs';
import { freeUrl, type RealPrograms, type RealServers } from '@citus-ha/dcs/testing';
import { createPatroniClient, type PatroniClient } from '../patroni-client.js';

/** A member of the cluster `lab`, as the ordinary user of the servers. */
export async function startPatroni(
  servers: RealServers,
  programs: RealPrograms,
  name: string,
  etcd: Dcs,
): Promise<PatroniClient> {
  const [url, postgres] = [await freeUrl(), await freeUrl()];
  const folder = servers.own(mkdirSync(join(servers.folder, name), { recursive: true }) ?? '');
  const config = {
    scope: 'lab',
    name,
    restapi: { listen: new URL(url).host, connect_address: new URL(url).host, authentication: login('api') },
    etcd3: { hosts: etcd.endpoints.map((endpoint) => new URL(endpoint.url).host) },
    bootstrap: {
      dcs: { ttl: 20, loop_wait: 1, retry_timeout: 3, synchronous_mode: true },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
    },
    postgresql: {
      listen: new URL(postgres).host,
      connect_address: new URL(postgres).host,
      data_dir: dataDir(servers, name),
      bin_dir: programs.postgresBinDir,
      pgpass: join(folder, 'pgpass'),
      parameters: { unix_socket_directories: folder, fsync: 'off' },
      pg_hba: ['local all all trust', 'host all all 127.0.0.0/8 trust', 'host replication all 127.0.0.0/8 trust'],
      authentication: { superuser: login('postgres'), replication: login('replicator') },
    },
  };
  // JSON is YAML.
  const file = join(folder, 'patroni.yml');
  writeFileSync(file, JSON.stringify(config));
  servers.spawn(name, [...programs.patroni, file]);
  return createPatroniClient({ url, member: name, user: 'api', password: 'secret' });
}

export function dataDir(servers: RealServers, name: string): string {
  return join(servers.folder, name, 'data');
}

function login(username: string): object {
  return { username, password: 'secret' };
}
