import type { Dcs } from '../dcs.js';
import type { EtcdLogin } from '../etcd-connection.js';

/** One empty etcd under test, which asks nobody yet who he is. */
export interface DcsSubject {
  /** A client of it, as whoever this is. */
  readonly as: (login?: EtcdLogin) => Dcs;
  /** Lets time pass until the probe answers true. */
  readonly until: (what: string, probe: () => Promise<boolean>) => Promise<unknown>;
  readonly dispose: () => Promise<void>;
}

export interface DcsContractOptions {
  readonly name: string;
  readonly create: () => Promise<DcsSubject>;
}

/** What the tests of one adapter share: one etcd, in which each of them has keys of its own. */
export class DcsSuite {
  subject!: DcsSubject;

  get dcs(): Dcs {
    return this.subject.as();
  }
}
