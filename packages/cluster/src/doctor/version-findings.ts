import type { Site } from '@citus-ha/layout';
import type { Finding } from './finding.js';

type Versions = Site['versions'];

/** Patroni 3 loses acknowledged writes, etcd has its gateway at /v3 since 3.4, the rest is the oldest that is tested. Not every cluster has each of them. */
const oldest: Readonly<Record<keyof Required<Versions>, readonly [name: string, version: string, packages: string]>> = {
  postgres: ['PostgreSQL', '15', 'postgresql'],
  patroni: ['Patroni', '4.0', 'patroni'],
  etcd: ['etcd', '3.4', 'etcd-server'],
  haproxy: ['HAProxy', '2.6', 'haproxy'],
  pgbouncer: ['PgBouncer', '1.18', 'pgbouncer'],
};

/** Whether what the members run is recent enough; one finding for all where it is. */
export function versionFindings(versions: Versions): readonly Finding[] {
  const all = Object.entries(oldest).flatMap(([key, [name, minimum, packages]]) => {
    const found = versions[key as keyof Versions];
    return found === undefined ? [] : [{ name, minimum, packages, found: String(found) }];
  });
  const old = all.filter(({ found, minimum }) => isOlder(found, minimum));
  if (old.length === 0) {
    return [{ check: 'versions', level: 'ok', detail: all.map(({ name, found }) => `${name} ${found}`).join(', ') }];
  }
  return old.map(({ name, found, minimum, packages }) => ({
    check: 'versions',
    level: 'problem',
    detail: `${name} ${found} is too old`,
    fix: `Install ${packages} ${minimum} or later, and run \`citus-ha up\`.`,
  }));
}

/** A version that is not known is not judged. */
function isOlder(found: string, minimum: string): boolean {
  const [a, b] = [found, minimum].map((text) => text.split('.').map(Number));
  if (!a || !b || a.some(Number.isNaN)) return false;
  const at = b.findIndex((part, index) => (a[index] ?? 0) !== part);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}
