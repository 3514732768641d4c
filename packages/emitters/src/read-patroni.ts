import { parse } from 'yaml';

/** What a member's own patroni.yml says of the cluster that it is of. */
export interface ReadPatroniYaml {
  readonly scope: string;
  readonly member: string;
  readonly superuser: ReadLogin;
  readonly replication: ReadLogin;
  /** Of Citus, where Patroni looks after it: in coordinators only. */
  readonly citusDatabase: string | undefined;
  readonly etcdPassword: string | undefined;
}

export interface ReadLogin {
  readonly username: string;
  readonly password: string;
}

type Part = Readonly<Record<string, unknown>>;

/** Reads what {@link patroniYaml} wrote; `undefined` for what is nothing of the kind. */
export function readPatroniYaml(text: string): ReadPatroniYaml | undefined {
  try {
    const document = parse(text, { version: '1.1' }) as Part | null;
    const authentication = partOf(partOf(document, 'postgresql'), 'authentication');
    return {
      scope: textOf(document, 'scope'),
      member: textOf(document, 'name'),
      superuser: loginOf(partOf(authentication, 'superuser')),
      replication: loginOf(partOf(authentication, 'replication')),
      citusDatabase: optional(partOf(document, 'citus'), 'database'),
      etcdPassword: optional(partOf(document, 'etcd3'), 'password'),
    };
  } catch {
    return undefined;
  }
}

function loginOf(part: Part | null): ReadLogin {
  return { username: textOf(part, 'username'), password: textOf(part, 'password') };
}

function partOf(part: Part | null, key: string): Part | null {
  const found = part?.[key];
  return typeof found === 'object' && found !== null ? (found as Part) : null;
}

function optional(part: Part | null, key: string): string | undefined {
  return part?.[key] === undefined ? undefined : textOf(part, key);
}

function textOf(part: Part | null, key: string): string {
  const found = part?.[key];
  if (typeof found === 'string') return found;
  throw new TypeError(`${key} is no text`);
}
