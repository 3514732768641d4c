import { hostAndPort, ports } from '@citus-ha/layout';
import { namespace } from './patroni-scope.js';
import { yamlText } from './yaml-text.js';

interface Login {
  readonly username: string;
  readonly password: string;
}

/** One PostgreSQL server under Patroni, which keeps its state in etcd. */
export interface PatroniSettings {
  /** The Patroni cluster, and this member of it. */
  readonly scope: string;
  readonly name: string;
  /** What others connect to, and the address to bind to: PostgreSQL on 5432, Patroni's REST API on 8008. */
  readonly host: string;
  readonly listen: string;
  readonly etcd: { readonly hosts: readonly string[]; readonly login?: Login };
  /** With Patroni's own support for Citus (Patroni 3 or later). */
  readonly citus?: { readonly group: number; readonly database: string };
  readonly logins: {
    readonly superuser: Login;
    readonly replication: Login;
    /** Asked of whoever changes something by the REST API. */
    readonly restApi: Login;
  };
  /** Folder of initdb, postgres and pg_ctl. */
  readonly binDir: string;
  readonly dataDir: string;
  /** Folder of sockets and of the password file that Patroni writes. */
  readonly runDir: string;
  /** Of the whole Patroni cluster: taken from here when it is made, and from etcd ever after. */
  readonly dynamicConfiguration: Readonly<Record<string, unknown>>;
  /** Of this server alone. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Lines of pg_hba.conf and pg_ident.conf. */
  readonly pgHba: readonly string[];
  readonly pgIdent?: readonly string[];
  /** A command that Patroni runs after a start, a restart, a change of role and a reload. */
  readonly callback?: string | undefined;
  /** Sections that Patroni passes over. */
  readonly others?: Readonly<Record<string, unknown>>;
}

/** patroni.yml of one member. Holds passwords. */
export function patroniYaml(settings: PatroniSettings): string {
  const { scope, name, host, listen, etcd, citus, logins, runDir, pgHba, pgIdent, callback } = settings;
  return yamlText({
    scope,
    namespace,
    name,
    log: { level: 'INFO' },
    restapi: {
      listen: hostAndPort(listen, ports.patroni),
      connect_address: hostAndPort(host, ports.patroni),
      // Whatever changes the cluster needs the login; patronictl takes it from here as well.
      authentication: logins.restApi,
      // Of a server that is only busy a connection is taken at once.
      request_queue_size: 100,
    },
    etcd3: { hosts: etcd.hosts, ...etcd.login },
    ...(citus && { citus }),
    ...settings.others,
    bootstrap: {
      dcs: settings.dynamicConfiguration,
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, { auth: 'scram-sha-256' }, 'data-checksums'],
      pg_hba: pgHba,
    },
    postgresql: {
      listen: hostAndPort(listen, ports.postgres),
      connect_address: hostAndPort(host, ports.postgres),
      bin_dir: settings.binDir,
      data_dir: settings.dataDir,
      pgpass: `${runDir}/pgpass`,
      authentication: { superuser: logins.superuser, replication: logins.replication, rewind: logins.superuser },
      basebackup: [{ checkpoint: 'fast' }],
      ...(callback !== undefined && {
        callbacks: { on_start: callback, on_restart: callback, on_role_change: callback, on_reload: callback },
      }),
      parameters: { unix_socket_directories: runDir, ...settings.parameters },
      pg_hba: pgHba,
      ...(pgIdent && { pg_ident: pgIdent }),
    },
    // A member is one failure unit, so nothing is left to reset; a watchdog would take the whole machine with it.
    watchdog: { mode: 'off' },
  });
}
