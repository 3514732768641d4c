/** The ports that members listen on, in both runtimes: each member has an address of its own. */
export const ports = { postgres: 5432, patroni: 8008, lag: 8009, etcdClient: 2379, etcdPeer: 2380 } as const;

/** What a member serves by HTTP. */
export type WebService = 'patroni' | 'etcdClient' | 'etcdPeer' | 'stats';

/** Where something is served, and how it is spoken to. */
export interface Endpoint {
  readonly scheme: 'http' | 'https';
  /** A name or an address, as the one who connects knows it. */
  readonly host: string;
  readonly port: number;
}

const schemes: Readonly<Record<WebService, Endpoint['scheme']>> = {
  patroni: 'http',
  etcdClient: 'http',
  etcdPeer: 'http',
  stats: 'http',
};

/** Where a host serves what has the same port on every member. */
export function endpointAt(host: string, service: Exclude<WebService, 'stats'>): Endpoint {
  return { scheme: schemes[service], host, port: ports[service] };
}

/** HAProxy's page of statistics, whose port cluster.yaml says. */
export function statsAt(host: string, port: number): Endpoint {
  return { scheme: schemes.stats, host, port };
}

/** Without a slash at its end: `http://127.0.11.1:8008`. */
export function urlOf({ scheme, host, port }: Endpoint): string {
  return `${scheme}://${hostAndPort(host, port)}`;
}

/** As URLs and most programs' configuration have it (RFC 3986, 3.2.2): `[::1]:5432`. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
