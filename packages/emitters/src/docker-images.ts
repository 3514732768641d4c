import type { DockerState } from '@citus-ha/config';
import type { RenderInput } from './rendering.js';

/** Names of the image set, as the docker runtime tags what it builds. */
export function dockerImages({ site: { versions }, engine }: RenderInput): DockerState['images'] {
  return {
    member: `citus-ha/member:pg${versions.postgres}-${engine}`,
    etcd: `citus-ha/etcd:${versions.etcd}`,
    proxy: `citus-ha/proxy:${versions.haproxy}`,
  };
}
