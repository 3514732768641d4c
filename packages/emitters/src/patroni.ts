import { coordinators, etcdMembers, type MemberSpec } from '@citus-ha/config';
import { dynamicConfiguration } from './dynamic-configuration.js';
import { scopeLogin } from './etcd-access.js';
import { inCitusGroup, namespace, patroniScope } from './patroni-scope.js';
import { nodeCertificate } from './node-certificate.js';
import { ownServer } from './own-server.js';
import { pgHba } from './pg-hba.js';
import { ports } from './ports.js';
import { placeOf, type RenderInput } from './rendering.js';
import { transactionRecovery } from './transaction-recovery.js';
import { yamlText } from './yaml-text.js';

/** Who may use the parts of Patroni's REST API that change something; its password is the superuser's. */
export const restUser = 'citus-ha';

/** patroni.yml of one member. Holds passwords. */
export function patroniYaml(input: RenderInput, member: MemberSpec): string {
  const { spec, site, secrets, engine } = input;
  const place = placeOf(site, member.name);
  const superuser = { username: spec.credentials.superuser, password: secrets.superuser };
  const hba = pgHba(input);
  const certificate = nodeCertificate(input, member);
  const recovery = transactionRecovery(input, member)?.command;
  const { scope } = patroniScope(spec, engine, member);
  const etcd = scopeLogin(secrets, scope);
  return yamlText({
    scope,
    namespace,
    name: member.name,
    log: { level: 'INFO' },
    restapi: {
      listen: `${place.listen}:${ports.patroni}`,
      connect_address: `${place.host}:${ports.patroni}`,
      // Whatever changes the cluster needs the login; patronictl takes it from here as well.
      authentication: { username: restUser, password: secrets.superuser },
    },
    etcd3: {
      hosts: etcdMembers(spec).map(({ name }) => `${placeOf(site, name).address}:${ports.etcdClient}`),
      ...(etcd && { username: etcd.user, password: etcd.password }),
    },
    ...(inCitusGroup(engine, member) ? { citus: { group: 0, database: spec.postgres.database } } : {}),
    ...ownSection(input, member),
    bootstrap: {
      dcs: dynamicConfiguration(input, member),
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, { auth: 'scram-sha-256' }, 'data-checksums'],
      pg_hba: hba,
    },
    postgresql: {
      listen: `${place.listen}:${ports.postgres}`,
      connect_address: `${place.host}:${ports.postgres}`,
      bin_dir: site.programs.postgresBinDir,
      data_dir: place.dataDir,
      pgpass: `${place.runDir}/pgpass`,
      authentication: {
        superuser,
        replication: { username: spec.credentials.replication, password: secrets.replication },
        rewind: superuser,
      },
      basebackup: [{ checkpoint: 'fast' }],
      ...(recovery && { callbacks: { on_start: recovery, on_restart: recovery, on_role_change: recovery } }),
      parameters: {
        unix_socket_directories: place.runDir,
        ...certificate?.parameters,
        ...(engine === 'citus' ? { 'citus.local_hostname': selfHost(place.listen) } : {}),
      },
      pg_hba: hba,
      ...(certificate && { pg_ident: certificate.ident }),
    },
    // A member is one failure unit, so nothing is left to reset; a watchdog would take the whole machine with it.
    watchdog: { mode: 'off' },
  });
}

/**
 * Patroni ignores it: who has to show what it holds before one of them leads a cluster that etcd knows nothing of, and what
 * tells the proxies how old a standby's data are.
 */
function ownSection(input: RenderInput, member: MemberSpec) {
  if (member.kind !== 'coordinator') return {};
  const { spec, site } = input;
  const { listen } = placeOf(site, member.name);
  // In the database that Patroni connects to as well.
  const server = `${ownServer(input, member, 'postgres')} application_name=citus-ha-lag`;
  return {
    citus_ha: {
      coordinators: coordinators(spec).map(({ name }) => name),
      lag_agent: [listen, String(ports.lag), `${site.programs.postgresBinDir}/psql`, server],
    },
  };
}

/** By what a server reaches itself. */
function selfHost(listen: string): string {
  return listen === '0.0.0.0' ? 'localhost' : listen;
}
