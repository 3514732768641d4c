/**
 * Replaces every secret in a text by `********`: as it is, and as JSON, YAML, a URL, SQL, a connection string or a password
 * file spells it, one inside the other too. Longest first, so that none shows as a part of another.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const known = [...secrets].filter(({ length }) => length > 0).toSorted((a, b) => b.length - a.length);
  return known.reduce((left, secret) => left.replace(anySpelling(secret), '********'), text);
}

function anySpelling(secret: string): RegExp {
  const parts = secret.match(/\\+|[^\\]/gu) ?? [];
  return new RegExp(parts.map(spellingsOf).join(''), 'gu');
}

/** A pattern of all that a character, or a run of backslashes, is written as. A language around another one doubles backslashes. */
function spellingsOf(character: string): string {
  if (character.startsWith('\\')) return String.raw`(?:\\|%5[Cc]){${character.length},${8 * character.length}}`;
  const point = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`);
  const units = character.split('').map((unit) => `u${hex(unit.charCodeAt(0), 4)}`);
  const codes = [percent.join(''), units.join(String.raw`\\{1,8}`), `x${hex(point, 2)}`];
  const all = [...codes, ...(shorthands[character] ?? []), `\\u{${point.toString(16)}}`];
  return String.raw`\\{0,8}(?:${all.join('|')})`;
}

const shorthands: Readonly<Record<string, readonly string[]>> = {
  ' ': [String.raw`\+`],
  "'": ["''"],
  '\b': ['b'],
  '\t': ['t'],
  '\n': ['n'],
  '\f': ['f'],
  '\r': ['r'],
};

/** Its digits in either case, as a pattern. */
function hex(code: number, digits: number): string {
  const lower = code.toString(16).padStart(digits, '0');
  return lower.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
