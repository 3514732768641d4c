import { membersOf, sentinels, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import type { Site } from './site.js';

/** Every member that the cluster is made of, and the sentinel where the site has a place for it. */
export function placedMembers(spec: ClusterSpec, site: Site): readonly MemberSpec[] {
  return [...membersOf(spec), ...sentinels(spec).filter(({ name }) => name in site.members)];
}
