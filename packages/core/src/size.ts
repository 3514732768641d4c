const units: Readonly<Record<string, number>> = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Bytes of a size as PostgreSQL writes it (`16MB`); `undefined` for any other text. */
export function parseSizeBytes(text: string): number | undefined {
  const [, count, unit] = /^(\d+)(kB|MB|GB)$/.exec(text) ?? [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (units[unit] ?? Number.NaN);
}
