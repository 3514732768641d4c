import type { ClientPlan, CrowdWorkload } from '../history/op.js';

/** Clients that put as much load on a cluster as they can, beside those that show what becomes of it. */
export interface Crowd {
  readonly workload: CrowdWorkload;
  readonly clients: number;
}

/** What crowds there are, and how many clients each has unless told. */
export const crowds: Readonly<Record<CrowdWorkload, { readonly description: string; readonly clients: number }>> = {
  storm: {
    description: 'clients that connect, write one row of a local table and disconnect, without pause',
    clients: 200,
  },
  scans: { description: 'sessions that scan a table of all workers in a loop', clients: 250 },
};

/** A storm writes to a table of the coordinator's own: it is connecting that is to cost. */
export function planCrowd({ workload, clients }: Crowd): readonly ClientPlan[] {
  const table = workload === 'storm' ? 'local' : 'distributed';
  return Array.from({ length: clients }, () => ({ workload, endpoint: 'write', table, group: '-', slot: 1 }));
}

/** Whether a client is one of a crowd: it has no rate, and whether it is served in time shows nothing. */
export function isOfCrowd({ workload }: ClientPlan): boolean {
  return Object.hasOwn(crowds, workload);
}
