/** How long who was late once is not taken for prompt again. */
const calmMs = 3_000;
/** Of which nothing is needed any more. */
const mostAnswers = 50;

/** What was heard of one server that is knocked at again and again. Times are of the caller's clock, in milliseconds. */
export class Hearing {
  /** When it was knocked at first since it was last heard. */
  #unservedSince: number | undefined;
  #isRefused = false;
  #isAway = false;
  #isGone = false;
  /** Of each answer, and of each knock that waited in vain. */
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
    this.#isGone = false;
    this.#answers = [...this.#answers.slice(1 - mostAnswers), { at, ms: at - began }];
    return wasAway;
  }

  /**
   * @param began When was knocked what is known by now to be in vain.
   * @param how `silent`: who is there, if anybody, did not answer in time; `gone`: nobody is; `refused` by whoever is.
   */
  unserved(began: number, how: 'silent' | 'gone' | 'refused'): void {
    this.#isRefused = how === 'refused';
    this.#isAway = true;
    this.#isGone = how !== 'silent';
    // Of another life than the next.
    this.#answers =
      how === 'silent' ? [...this.#answers.slice(1 - mostAnswers), { at: began, ms: Number.POSITIVE_INFINITY }] : [];
  }

  /** Who was not there itself cannot tell how long nobody was served. */
  forget(): void {
    this.#unservedSince = undefined;
    this.#isRefused = false;
  }

  /** For how long it has served nobody. */
  unservedMs(now: number): number {
    return this.#unservedSince === undefined ? 0 : now - this.#unservedSince;
  }

  /** Whether it refused last. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Whether nobody is there: that says nothing of how busy a machine is. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether it has answered lately, and each time within `ms` for a while: what keeps others from it keeps them from nobody else. */
  isPrompt(now: number, ms: number): boolean {
    const lately = this.#answers.filter(({ at }) => now - at <= calmMs);
    const isThere = this.unservedMs(now) <= ms && lately.some((answer) => now - answer.at <= 3 * ms);
    return isThere && lately.every((answer) => answer.ms <= ms);
  }
}
