import type { ClusterSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';

/**
 * What cluster.yaml can say and this version cannot do yet is refused, never silently left out.
 *
 * @throws CodedError `UNSUPPORTED` naming the key.
 */
export function requireSupported(spec: ClusterSpec): void {
  const asked = [
    spec.workers.availability !== 'replicas' && 'workers.availability: patroni',
    spec.proxy.count > 1 && 'proxy.count above 1',
  ].filter((key) => key !== false);
  if (asked.length === 0) return;
  throw new CodedError(
    'UNSUPPORTED',
    `Cluster ${spec.name} asks for ${asked.join(', ')}, which this version cannot do`,
    {
      blame: 'user',
      fix: 'Leave these keys at their defaults.',
    },
  );
}
