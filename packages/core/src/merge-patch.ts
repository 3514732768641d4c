import { isRecord } from './answer.js';

/** A JSON merge patch (RFC 7396) applied to an object: null removes a key. */
export function mergePatch<T extends Readonly<Record<string, unknown>>>(target: T, patch: T): T {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) ? mergePatch(isRecord(old) ? old : {}, value) : value;
  }
  return merged as T;
}
