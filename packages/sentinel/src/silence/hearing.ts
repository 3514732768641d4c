/** What was heard of one server that is knocked at again and again. Times are of the caller's clock, in milliseconds. */
export class Hearing {
  /** When it was knocked at first since it was last heard. */
  #unansweredSince: number | undefined;
  /** Of each answer. */
  #answers: readonly { readonly at: number; readonly ms: number }[] = [];

  knocked(at: number): void {
    this.#unansweredSince ??= at;
  }

  /** @param began When was knocked what is answered now. */
  heard(began: number, at: number): void {
    this.#unansweredSince = undefined;
    this.#answers = [...this.#answers.slice(-9), { at, ms: at - began }];
  }

  /** Who was not there itself cannot tell how long nobody has answered. */
  forget(): void {
    this.#unansweredSince = undefined;
    this.#answers = [];
  }

  silentMs(now: number): number {
    return this.#unansweredSince === undefined ? 0 : now - this.#unansweredSince;
  }

  /** Whether it has answered lately, and each time within `ms`: what keeps others from it keeps them from nobody else. */
  isPrompt(now: number, ms: number): boolean {
    const lately = this.#answers.filter(({ at }) => now - at <= 3 * ms);
    return this.silentMs(now) <= ms && lately.length > 0 && lately.every((answer) => answer.ms <= ms);
  }
}
