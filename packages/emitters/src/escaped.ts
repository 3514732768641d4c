/** One word of haproxy.cfg (HAProxy manual, "Quoting and escaping") or one value of a libpq connection string, whatever it holds. */
export function escaped(text: string): string {
  return text.replaceAll(/[\s\\'"#]/g, '\\$&');
}
