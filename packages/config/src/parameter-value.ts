/** The value of a PostgreSQL parameter as cluster.yaml or Patroni's configuration has it. */
export type ParameterValue = string | number | boolean;

const words = [
  { word: 'true', shortest: 1, value: true },
  { word: 'false', shortest: 1, value: false },
  { word: 'yes', shortest: 1, value: true },
  { word: 'no', shortest: 1, value: false },
  { word: 'on', shortest: 2, value: true },
  { word: 'off', shortest: 2, value: false },
  { word: '1', shortest: 1, value: true },
  { word: '0', shortest: 1, value: false },
] as const;

/**
 * What PostgreSQL makes of a value of a boolean parameter: unambiguous beginnings count, in any case (PostgreSQL manual, "Parameter
 * Names and Values"); `undefined` for what it refuses.
 */
export function parseBoolean(value: ParameterValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = String(value).toLowerCase();
  return words.find(({ word, shortest }) => text.length >= shortest && word.startsWith(text))?.value;
}

/** What PostgreSQL makes of a value of an integer parameter without a unit; `undefined` for what it refuses. */
export function parseInteger(value: ParameterValue): number | undefined {
  const text = String(value).trim();
  if (/^[-+]?0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  const number = /^[-+]?(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?)$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(number) ? undefined : Math.round(number);
}
