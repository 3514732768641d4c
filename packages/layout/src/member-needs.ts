import type { MemberKind } from '@citus-ha/config';

/** One of the image set. */
export type ImageKind = 'member' | 'etcd' | 'proxy' | 'pooler' | 'sentinel';

/** What a member needs of a runtime besides its process. */
export interface MemberNeeds {
  /** Which image it runs from, where members are containers. */
  readonly image: ImageKind;
  /** A network of its own, or the one of the machine, where clients are. */
  readonly network: 'own' | 'machine';
  /**
   * Runs beside the others as whoever brought up the cluster, with all that he may do: as a process in no namespace of its own, as a
   * container with the engine's socket.
   */
  readonly attends?: true;
  /** Whether it has data that outlive it. */
  readonly data: boolean;
  /** Purposes of the ports that clients come to. */
  readonly published: readonly string[];
  /** Purpose of the port that answers HTTP while it is well, where that is not the image's usual one. */
  readonly health?: string;
}

const database: MemberNeeds = { image: 'member', network: 'own', data: true, published: [] };

const needs: Readonly<Record<MemberKind, MemberNeeds>> = {
  coordinator: database,
  worker: database,
  etcd: { ...database, image: 'etcd' },
  proxy: {
    image: 'proxy',
    network: 'machine',
    data: false,
    published: ['write', 'read', 'stats'],
    health: 'stats',
  },
  pooler: { image: 'pooler', network: 'machine', data: false, published: ['pooled'] },
  sentinel: { image: 'sentinel', network: 'machine', data: false, published: [], attends: true },
};

export function needsOf(kind: MemberKind): MemberNeeds {
  return needs[kind];
}
