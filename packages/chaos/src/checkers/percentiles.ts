export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** By nearest rank: each is a value that was measured. `null` of nothing. */
export function percentilesOf(values: readonly number[]): Percentiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p99, max] = [at(0.5), at(0.99), at(1)];
  return p50 === undefined || p99 === undefined || max === undefined ? null : { p50, p99, max };
}
