import { isAlone, settleWorker, type ClusterHandle } from '@citus-ha/cluster';
import { workers } from '@citus-ha/config';

/** Settles what was left undecided on workers that were away, each by one task at a time. */
export class Settling {
  readonly #underWay = new Map<string, Promise<void>>();

  /** Whatever it cannot do, the leader's own recovery of transactions does later. */
  begin(cluster: ClusterHandle, member: string): void {
    const worker = workers(cluster.spec).find(({ name }) => name === member);
    if (worker === undefined || !isAlone(cluster.spec, worker) || this.#underWay.has(member)) return;
    const settled = settleWorker(cluster, worker)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(member));
    this.#underWay.set(member, settled);
  }

  async ended(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }
}
