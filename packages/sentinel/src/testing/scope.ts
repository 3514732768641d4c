import type { ScopeSeen } from '../failover/scope.js';

export const key = { key: '/leader', value: 'coord-1', createRevision: '1', modRevision: '7', lease: '3' };
/** Three coordinators, of which the second one is synchronous. */
export const scope: ScopeSeen = {
  leader: { ...key, name: 'coord-1' },
  guards: [],
  isPaused: false,
  sync: { leader: 'coord-1', standbys: ['coord-2'], quorum: 0 },
  running: ['coord-1', 'coord-2', 'coord-3'],
  failed: [],
};
