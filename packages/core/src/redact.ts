/**
 * Replaces every secret in a text by `********`, as it is and as a URL spells it; longest first, so that none shows as a
 * part of another.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const known = [...secrets]
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter(({ length }) => length > 0);
  known.sort((a, b) => b.length - a.length);
  return known.reduce((left, secret) => left.replaceAll(secret, '********'), text);
}
