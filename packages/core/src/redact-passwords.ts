/**
 * Replaces the passwords in log lines that nobody told us of by `********`: what follows PASSWORD in SQL, also where the
 * statement is broken or ends amid it, `password=` of connection strings, and the password of a URI.
 */
export function redactPasswords(log: string): string {
  return log
    .replaceAll(afterPassword, (_, before: string) => `${before}********`)
    .replaceAll(inUri, (_, before: string) => `${before}********@`);
}

/** A quoted text, with an end or up to the line's; after a sign of equality any word. */
const afterPassword =
  /(\bpassword(?:\s+|\s*[=:]\s*))(?:(?:e|u&)?'(?:[^'\\\n]|''|\\.)*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\2\$|$)|"[^"\n]*(?:"|$)|(?<=[=:]\s*)[^\s'",;)]+)/gim;

const inUri = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;
