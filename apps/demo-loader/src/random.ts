/**
 * Random 32-bit numbers that depend on nothing but the keys: every room has streams of its own, so that any room can be
 * made without the ones before it. Only integer arithmetic, which every machine does alike.
 */
export class RandomStream {
  #state = 0;

  constructor(...keys: readonly number[]) {
    for (const key of keys) this.#state = mix(this.#state ^ mix(key));
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix(this.#state) >>> 0;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Spreads every bit of a 32-bit integer over all of them. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
