import type { Answer } from '@citus-ha/core';

/** A key as etcd has it. Revisions and leases are 64-bit numbers, kept as text. */
export interface EtcdKey {
  readonly key: string;
  readonly value: string;
  readonly createRevision: string;
  readonly modRevision: string;
  /** `0` for a key without one. */
  readonly lease: string;
}

export function parseKey(answer: Answer): EtcdKey {
  return {
    key: decode(answer.text('key')),
    value: decode(answer.textOrNull('value') ?? ''),
    createRevision: answer.text('create_revision'),
    modRevision: answer.text('mod_revision'),
    lease: answer.textOrNull('lease') ?? '0',
  };
}

/** Keys and values as the JSON gateway has them. */
export function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
