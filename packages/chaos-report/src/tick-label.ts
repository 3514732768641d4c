/** Round milliseconds at an axis: `10 ms`, `1 s`. */
export function tickLabel(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
