import { etcdQuotaBytes } from '@citus-ha/emitters';
import type { EtcdHealth } from '@citus-ha/dcs';
import type { Finding } from './finding.js';

/** Of its quota, from which on it has to be looked after. */
const worth = 0.8;

/** How much room is left in the database of each member of etcd that answers. */
export function spaceFindings(
  etcd: readonly Pick<EtcdHealth, 'endpoint' | 'sizeBytes' | 'usedBytes'>[],
): readonly Finding[] {
  return etcd.flatMap(({ endpoint, sizeBytes, usedBytes }): readonly Finding[] => {
    if (sizeBytes === null) return [];
    const isNear = sizeBytes > worth * etcdQuotaBytes;
    const used = usedBytes === null ? '' : `, ${megabytes(usedBytes)} of it in use`;
    return [
      {
        check: `${endpoint.member ?? 'etcd'} space`,
        level: isNear ? 'note' : 'ok',
        detail: `${megabytes(sizeBytes)} of ${megabytes(etcdQuotaBytes)}${used}`,
        ...(isNear && {
          fix: 'At its quota etcd takes no changes any more, until `citus-ha up` compacts and defragments it.',
        }),
      },
    ];
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}
