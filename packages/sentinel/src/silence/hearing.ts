/** What was heard of one server that is knocked at again and again. Times are of the caller's clock, in milliseconds. */
export class Hearing {
  /** When it was knocked at first since it was last heard. */
  #unservedSince: number | undefined;
  #isRefused = false;
  #isAway = false;
  /** Of each answer. */
  #answers: readonly { readonly at: number; readonly ms: number }[] = [];

  knocked(at: number): void {
    this.#unservedSince ??= at;
  }

  /** @param began When was knocked what is answered now. Answers whether the knock before was in vain. */
  heard(began: number, at: number): boolean {
    const wasAway = this.#isAway;
    this.#unservedSince = undefined;
    this.#isRefused = false;
    this.#isAway = false;
    this.#answers = [...this.#answers.slice(-9), { at, ms: at - began }];
    return wasAway;
  }

  /** @param isRefused By whoever is there; else nobody has answered. */
  unserved(isRefused: boolean): void {
    this.#isRefused = isRefused;
    this.#isAway = true;
    if (isRefused) this.#answers = [];
  }

  /** Who was not there itself cannot tell how long nobody was served. */
  forget(): void {
    this.#unservedSince = undefined;
    this.#isRefused = false;
    this.#answers = [];
  }

  /** For how long it has served nobody. */
  unservedMs(now: number): number {
    return this.#unservedSince === undefined ? 0 : now - this.#unservedSince;
  }

  /** Whether it refused last. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Whether it has answered lately, and each time within `ms`: what keeps others from it keeps them from nobody else. */
  isPrompt(now: number, ms: number): boolean {
    const lately = this.#answers.filter(({ at }) => now - at <= 3 * ms);
    return this.unservedMs(now) <= ms && lately.length > 0 && lately.every((answer) => answer.ms <= ms);
  }
}
