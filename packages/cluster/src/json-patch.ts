export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A JSON merge patch (RFC 7396) applied to a value. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key] ?? {}, value);
  }
  return merged;
}

/** The smallest merge patch that turns one value into another; `undefined` where they are equal. */
export function patchBetween(from: Json | undefined, to: Json): Json | undefined {
  if (from === undefined) return to;
  if (!isObject(from) || !isObject(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const patch: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const next = to[key];
    const change = next === undefined ? null : patchBetween(from[key], next);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
