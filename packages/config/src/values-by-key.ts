import type { Scalar } from './problem.js';

/** Keys that a spec has by other names; durations are in milliseconds there, as `ttlMs`. */
const keys: Readonly<Record<string, string>> = {
  'proxy.read.maxLag': 'proxy.read.maxLag.bytes',
  'proxy.read.maxLagMs': 'proxy.read.maxLag.time',
};

const units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/**
 * What a spec, or a part of one, says: by dotted keys of cluster.yaml, in its order, each value as it would be written there
 * (`timings.check.interval`, `200ms`). A list is one value.
 */
export function valuesByKey(spec: object): ReadonlyMap<string, Scalar> {
  return new Map(leaves(spec, ''));
}

function leaves(value: unknown, path: string): readonly (readonly [string, Scalar])[] {
  if (Array.isArray(value)) return [[path, value.join(', ')]];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
  }
  const isDuration = path.endsWith('Ms');
  const key = keys[path] ?? (isDuration ? path.slice(0, -'Ms'.length) : path);
  return [[key, isDuration ? duration(value as number) : (value as Scalar)]];
}

function duration(ms: number): string {
  const [unit, size] = units.find(([, whole]) => ms % whole === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
