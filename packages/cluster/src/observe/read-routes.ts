import { CodedError } from '@citus-ha/core';
import { statsUrl, type OpenCluster } from '../open-cluster.js';

/** One server of one HAProxy section, as its statistics show it. */
export interface Route {
  readonly listener: string;
  readonly server: string;
  readonly up: boolean;
}

/** Where a proxy sends connections now, from its statistics page in CSV (HAProxy management guide, 9.1). */
export async function readRoutes({ spec }: OpenCluster, proxy: string): Promise<readonly Route[]> {
  const url = `${statsUrl(spec)}/;csv`;
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch((cause: unknown) => {
    throw new CodedError('PROXY_SILENT', `${proxy} does not answer on ${url}`, { member: proxy, cause });
  });
  return parseRoutes(await response.text());
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
