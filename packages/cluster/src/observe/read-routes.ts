import { CodedError, exchange } from '@citus-ha/core';
import { statsUrl, type OpenCluster } from '../open-cluster.js';
import { wayTo } from '../way-to.js';

/** One server of one HAProxy section, as its statistics show it. */
export interface Route {
  readonly listener: string;
  readonly server: string;
  readonly up: boolean;
}

/** Where a proxy sends connections now, from its statistics page in CSV (HAProxy management guide, 9.1). */
export async function readRoutes(cluster: OpenCluster, proxy: string): Promise<readonly Route[]> {
  const { spec } = cluster;
  const url = `${statsUrl(cluster)}/;csv`;
  const way = wayTo(cluster, proxy, spec.proxy.ports.stats);
  const request = { service: 'PROXY', member: proxy, method: 'GET', url, way, timeoutMs: 2_000 } as const;
  const { text } = await exchange(request).catch((cause: unknown) => {
    throw new CodedError('PROXY_SILENT', `${proxy} does not answer on ${url}`, { member: proxy, cause });
  });
  return parseRoutes(text);
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
