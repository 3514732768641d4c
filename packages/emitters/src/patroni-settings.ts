import { coordinators, etcdMembers, type MemberSpec } from '@citus-ha/config';
import { hostAndPort, ports } from '@citus-ha/layout';
import { dynamicConfiguration } from './dynamic-configuration.js';
import { scopeLogin } from './etcd-access.js';
import { nodeCertificate } from './node-certificate.js';
import { leadingServer, ownServer } from './own-server.js';
import type { PatroniSettings } from './patroni.js';
import { inCitusGroup, patroniScope } from './patroni-scope.js';
import { pgHba } from './pg-hba.js';
import { placeOf, type RenderInput } from './rendering.js';
import { transactionRecovery } from './transaction-recovery.js';

/** Who may use the parts of Patroni's REST API that change something; its password is the superuser's. */
export const restUser = 'citus-ha';

/** What patroni.yml of a coordinator or worker says. */
export function patroniSettings(input: RenderInput, member: MemberSpec): PatroniSettings {
  const { spec, site, secrets, engine } = input;
  const { host, listen, dataDir, runDir } = placeOf(site, member.name);
  const { scope } = patroniScope(spec, engine, member);
  const certificate = nodeCertificate(input, member);
  const login = scopeLogin(secrets, scope);
  return {
    scope,
    name: member.name,
    host,
    listen,
    etcd: {
      hosts: etcdMembers(spec).map(({ name }) => hostAndPort(placeOf(site, name).address, ports.etcdClient)),
      ...(login && { login: { username: login.user, password: login.password } }),
    },
    ...(inCitusGroup(engine, member) && { citus: { group: 0, database: spec.postgres.database } }),
    logins: {
      superuser: { username: spec.credentials.superuser, password: secrets.superuser },
      replication: { username: spec.credentials.replication, password: secrets.replication },
      restApi: { username: restUser, password: secrets.superuser },
    },
    binDir: site.programs.postgresBinDir,
    dataDir,
    runDir,
    dynamicConfiguration: dynamicConfiguration(input, member),
    parameters: {
      ...certificate?.parameters,
      ...(engine === 'citus' ? { 'citus.local_hostname': selfHost(listen) } : {}),
    },
    pgHba: pgHba(input),
    ...(certificate && { pgIdent: certificate.ident }),
    callback: transactionRecovery(input, member)?.command,
    others: ownSection(input, member),
  };
}

/**
 * Patroni ignores it: who has to show what it holds before one of them leads a cluster that etcd knows nothing of, and what
 * tells the proxies how old a standby's data are; by what a worker learns what was decided while it was away.
 */
function ownSection(input: RenderInput, member: MemberSpec) {
  const { spec, site, engine } = input;
  if (member.kind === 'worker') {
    // Who has standbys is not read before he leads.
    const isAlone = spec.workers.membersPerGroup === 1;
    if (engine !== 'citus' || !isAlone) return {};
    const { database } = spec.postgres;
    const servers = [ownServer(input, member, database), leadingServer(input, member, database)];
    return { citus_ha: { settle: [`${site.programs.postgresBinDir}/psql`, ...servers] } };
  }
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
