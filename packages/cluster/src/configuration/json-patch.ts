import { isDeepStrictEqual } from 'node:util';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The smallest merge patch that turns one object into another; `undefined` where they are equal. */
export function patchBetween(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = changeBetween(from[key], to[key]);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changeBetween(from: Json | undefined, to: Json | undefined): Json | undefined {
  if (to === undefined) return null;
  if (isObject(from) && isObject(to)) return patchBetween(from, to);
  return isDeepStrictEqual(from, to) ? undefined : to;
}

/** A value that is changed; null stands for none. */
export interface ValueChange {
  readonly path: readonly string[];
  readonly from: Json;
  readonly to: Json;
}

/** Every value that a merge patch changes in an object. */
export function changesBy(patch: JsonObject, target: JsonObject, path: readonly string[] = []): readonly ValueChange[] {
  return Object.entries(patch).flatMap(([key, to]) => {
    const from = target[key] ?? null;
    const at = [...path, key];
    return isObject(to) ? changesBy(to, isObject(from) ? from : {}, at) : [{ path: at, from, to }];
  });
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
