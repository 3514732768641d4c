import type { CodedError } from '@citus-ha/core';

/** Reads typed fields out of a JSON answer that another program wrote; each reader names the field that is not as it must be. */
export class Answer {
  readonly #body: Readonly<Record<string, unknown>>;
  readonly #refuse: (problem: string) => CodedError;
  readonly #path: string;

  constructor(body: unknown, refuse: (problem: string) => CodedError, path = '') {
    if (!isRecord(body)) throw refuse(`${path || 'the answer'} is no object`);
    this.#body = body;
    this.#refuse = refuse;
    this.#path = path;
  }

  text(key: string): string {
    return this.textOrNull(key) ?? this.#missing(key, 'a text');
  }

  textOrNull(key: string): string | null {
    const value = this.#body[key] ?? null;
    return value === null || typeof value === 'string' ? value : this.#missing(key, 'a text');
  }

  numberOrNull(key: string): number | null {
    const value = this.#body[key] ?? null;
    return value === null || typeof value === 'number' ? value : this.#missing(key, 'a number');
  }

  /** Patroni leaves out flags that are not set. */
  flag(key: string): boolean {
    const value = this.#body[key] ?? false;
    return typeof value === 'boolean' ? value : this.#missing(key, 'true or false');
  }

  has(key: string, value: unknown): boolean {
    return this.#body[key] === value;
  }

  object(key: string): Answer {
    return new Answer(this.#body[key], this.#refuse, this.#at(key));
  }

  objectOrNull(key: string): Answer | null {
    return (this.#body[key] ?? null) === null ? null : this.object(key);
  }

  /** etcd leaves out empty lists. */
  objectsOrNone(key: string): readonly Answer[] {
    return this.#body[key] === undefined ? [] : this.objects(key);
  }

  /** etcd leaves out empty lists. */
  textsOrNone(key: string): readonly string[] {
    const value = this.#body[key] ?? [];
    const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return isTexts ? value : this.#missing(key, 'a list of texts');
  }

  objects(key: string): readonly Answer[] {
    const value = this.#body[key];
    if (!Array.isArray(value)) return this.#missing(key, 'a list');
    return value.map((item: unknown, index) => new Answer(item, this.#refuse, this.#at(`${key}[${index}]`)));
  }

  #missing(key: string, expected: string): never {
    throw this.#refuse(`${this.#at(key)} is ${JSON.stringify(this.#body[key]) ?? 'missing'}, not ${expected}`);
  }

  #at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

/** Parses a JSON answer; `refuse` makes the error for one that is none. */
export function parseJson(text: string, refuse: (problem: string) => CodedError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(`it is no JSON: ${text.slice(0, 200)}`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
