import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import type { RenderInput } from './rendering.js';

export const namespace = '/service/';

/** Name of a Patroni cluster and where its keys are. */
export interface PatroniScope {
  readonly scope: string;
  /** Prefix of its keys in etcd, with a slash at the end: `/service/citusap/`. */
  readonly path: string;
}

/**
 * The Patroni cluster that a coordinator or worker belongs to. All coordinators share one, named as the cluster; each
 * group of workers has one of its own, so that Patroni never pauses writes to it. With Citus, Patroni keeps the coordinators' keys one
 * level deeper, in the folder of group 0 (Patroni manual, "Citus support").
 */
export function patroniScope(spec: ClusterSpec, engine: RenderInput['engine'], member: MemberSpec): PatroniScope {
  const scope = member.kind === 'coordinator' ? spec.name : `${spec.name}-worker${member.group}`;
  const path = `${namespace}${scope}/`;
  return { scope, path: inCitusGroup(engine, member) ? `${path}0/` : path };
}

/** Whether Patroni's own Citus support looks after the member. */
export function inCitusGroup(engine: RenderInput['engine'], member: MemberSpec): boolean {
  return engine === 'citus' && member.kind === 'coordinator';
}
