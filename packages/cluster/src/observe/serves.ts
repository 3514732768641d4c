import type { PatroniMember, PatroniStatus } from '@citus-ha/patroni';

/** Whether a member leads in fact, or streams on the timeline of whoever leads, by its own word. */
export function serves(self: PatroniStatus, leader: Pick<PatroniMember, 'name' | 'timeline'> | undefined): boolean {
  if (leader === undefined) return false;
  if (self.name === leader.name) return self.role === 'primary' && self.state === 'running';
  return self.replicationState === 'streaming' && (self.timeline ?? 0) >= (leader.timeline ?? 0);
}
