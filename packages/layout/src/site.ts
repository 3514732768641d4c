/** Where the members of one cluster live and with which programs they run: what a runtime settles before files are rendered. */
export interface Site {
  readonly runtime: 'local' | 'docker' | 'memory';
  readonly versions: ProgramVersions;
  readonly programs: Programs;
  /** Whether the Citus extension is installed in the members' PostgreSQL. */
  readonly citusAvailable: boolean;
  /** By member name. */
  readonly members: Readonly<Record<string, MemberSite>>;
}

export interface ProgramVersions {
  /** Major version. */
  readonly postgres: number;
  readonly patroni: string;
  readonly etcd: string;
  readonly haproxy: string;
  /** Where there are poolers. */
  readonly pgbouncer?: string;
}

/** How each program is called inside a member: argv prefixes and folders. */
export interface Programs {
  readonly patroni: readonly string[];
  readonly etcd: readonly string[];
  readonly haproxy: readonly string[];
  /** Where there are poolers. */
  readonly pgbouncer?: readonly string[];
  /** citus-ha itself, where it can run beside the members. */
  readonly sentinel?: readonly string[];
  /** Folder of initdb, postgres and pg_ctl. */
  readonly postgresBinDir: string;
}

export interface MemberSite {
  /** The IP address other members and this machine reach it by. */
  readonly address: string;
  /** What other members are told to connect to: its name where names resolve, else its address. */
  readonly host: string;
  /** The address its servers bind to. */
  readonly listen: string;
  /** Its main configuration file: /etc/patroni.yml, /usr/local/etc/haproxy/haproxy.cfg, ... as the member sees it. */
  readonly configFile: string;
  /** PostgreSQL's or etcd's data. */
  readonly dataDir: string;
  /** Sockets and pid files; emptied at start. */
  readonly runDir: string;
  /** libpq's password file. */
  readonly passFile: string;
}

/** One file of a member, as the member sees it. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  /** 0o600 for what holds a secret, 0o644 else. */
  readonly mode: number;
}

/** A certificate and its private key, each as PEM. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** By which the nodes of one cluster know one another; kept where its passwords are. */
export interface Certificates {
  readonly authority: CertificateAndKey;
  /** By name, of coordinators and workers. */
  readonly members: Readonly<Record<string, CertificateAndKey>>;
}

/** The passwords of one cluster; generated once, kept by the runtime, never in a ClusterSpec. */
export interface Secrets {
  readonly superuser: string;
  readonly replication: string;
  /**
   * Of this one, by a one-way function, are the passwords of all users of etcd. Absent in the record of a cluster that was
   * made before etcd had users; the next `up` adds it.
   */
  readonly etcd?: string;
  /** Of the role by which poolers look up how others log in. Absent in the record of a cluster made before there was one. */
  readonly pooler?: string;
}
