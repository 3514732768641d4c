/** One field as PostgreSQL's CSV format has it: quoted where it must be, and where it could be taken for a null or the end. */
export function csvField(text: string): string {
  return text === '' || text === '\\.' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The fields of the first record of a CSV text, or `undefined` where the text ends before the record does.
 */
export function firstRecord(text: string, delimiter = ','): { fields: readonly string[]; length: number } | undefined {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      if (quoted && text.charAt(at + 1) === '"') {
        field += '"';
        at++;
      } else quoted = !quoted;
    } else if (!quoted && char === delimiter) {
      fields.push(field);
      field = '';
    } else if (!quoted && char === '\r' && text.charAt(at + 1) === '\n') {
      continue;
    } else if (!quoted && char === '\n') {
      fields.push(field);
      return { fields, length: at + 1 };
    } else field += char;
  }
  return undefined;
}
