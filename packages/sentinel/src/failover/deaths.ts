import type { Tell } from '../sentinel-event.js';
import { tellOnce } from '../tell-once.js';
import type { Death } from './judge.js';

/** Handles each death by one task at a time, however often it is named, and tells of each life nothing twice. */
export class Deaths {
  readonly #tell: Tell;
  readonly #underWay = new Map<string, Promise<void>>();
  /** By member, of its last life. */
  readonly #told = new Map<string, { readonly incarnation: string; readonly tell: Tell }>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  handle(death: Death, task: (tell: Tell) => Promise<void>): void {
    const key = `${death.member} ${death.incarnation}`;
    if (this.#underWay.has(key)) return;
    const tell = this.#tellOnce(death);
    tell({ type: 'died', ...death });
    const handled = task(tell)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, handled);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  #tellOnce({ member, incarnation }: Death): Tell {
    const known = this.#told.get(member);
    const told = known?.incarnation === incarnation ? known : { incarnation, tell: tellOnce(this.#tell) };
    this.#told.set(member, told);
    return told.tell;
  }
}
