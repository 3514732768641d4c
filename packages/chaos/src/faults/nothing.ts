import type { Fault } from './fault.js';

/** For what the load alone does: as long as a starved leader would need to lose its lease. */
export const nothing: Fault = {
  name: 'none',
  description: 'nothing is done: shows what the load alone does, for as long as a lease lasts',
  needs: [],
  targets: ['leader'],
  deposes: false,
  outlastsLease: true,
  inject: async () => undefined,
  heal: async () => undefined,
  evidence: async () => 'nothing was done',
};
