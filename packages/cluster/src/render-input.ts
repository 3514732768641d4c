import type { RenderInput } from '@citus-ha/emitters';
import type { ClusterHandle } from './cluster-handle.js';

/** What the emitters are given of a cluster. */
export function renderInput({ spec, site, record }: Pick<ClusterHandle, 'spec' | 'site' | 'record'>): RenderInput {
  return { spec, site, secrets: record.secrets, certificates: record.certificates, engine: record.engine };
}
