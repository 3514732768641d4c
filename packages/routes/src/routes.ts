import { CodedError, exchange, type Way } from '@citus-ha/core';

/** One server of one HAProxy section, as its statistics show it. */
export interface Route {
  readonly listener: string;
  readonly server: string;
  readonly up: boolean;
}

/** Where one proxy sends connections. */
export interface Routes {
  /** Now. @throws CodedError `PROXY_SILENT`. */
  read(): Promise<readonly Route[]>;
}

export interface RoutesOptions {
  /** Of its statistics page: `http://127.0.11.20:7000`. */
  readonly url: string;
  /** How to get there; by a socket to the URL's host unless told. */
  readonly way?: Way | undefined;
  /** The proxy's member name, for errors. */
  readonly member: string;
}

/** By the statistics page in CSV (HAProxy management guide, 9.1). */
export function createRoutes({ url, way, member }: RoutesOptions): Routes {
  const page = `${url}/;csv`;
  const request = { service: 'PROXY', member, method: 'GET', url: page, way, timeoutMs: 2_000 } as const;
  return {
    read: async () => {
      const { text } = await exchange(request).catch((cause: unknown) => {
        throw new CodedError('PROXY_SILENT', `${member} does not answer on ${page}`, { member, cause });
      });
      return parseRoutes(text);
    },
  };
}

export function parseRoutes(csv: string): readonly Route[] {
  const [header = '', ...rows] = csv.trim().split('\n');
  const columns = header.replace(/^#\s*/, '').split(',');
  const [listener, server, status] = ['pxname', 'svname', 'status'].map((name) => columns.indexOf(name));
  return rows
    .map((row) => row.split(','))
    .map((cells) => ({
      listener: cells[listener ?? -1] ?? '',
      server: cells[server ?? -1] ?? '',
      up: (cells[status ?? -1] ?? '').startsWith('UP'),
    }))
    .filter(({ server: name }) => name !== 'FRONTEND' && name !== 'BACKEND');
}
