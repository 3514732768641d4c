import { Answer, CodedError, codeOf, type ErrorCode } from '@citus-ha/core';
import { describe, expect, it } from 'vitest';
import { sendTransaction } from './etcd-txn.js';

type Reply = boolean | ErrorCode;

describe('sendTransaction', () => {
  it.each<[string, readonly Reply[], Reply]>([
    ['true where the first endpoint that answers did it', ['ETCD_UNREACHABLE', true], true],
    ['false where the first endpoint that answers compared in vain', ['ETCD_UNREACHABLE', false, true], false],
    ['true where it was done again after an answer was lost', ['ETCD_NO_ANSWER', true], true],
    ['lost where a comparison fails after that', ['ETCD_NO_ANSWER', false, true], 'ETCD_NO_ANSWER'],
    ['lost where nobody else can be reached', ['ETCD_BAD_ANSWER', 'ETCD_UNREACHABLE'], 'ETCD_BAD_ANSWER'],
    ['not done where everyone refuses', ['ETCD_REFUSED', 'ETCD_LOGIN_REFUSED'], 'ETCD_LOGIN_REFUSED'],
    ['not done where there is no endpoint', [], 'ETCD_UNREACHABLE'],
  ])('is %s', async (_what, replies, expected) => {
    const endpoints = replies.map((_reply, index) => ({ url: String(index) }));
    const send = async ({ url }: { readonly url: string }) => {
      const reply = replies[Number(url)];
      if (typeof reply === 'string') throw new CodedError(reply, 'failed');
      return new Answer({ succeeded: reply }, (problem) => new CodedError('ETCD_BAD_ANSWER', problem));
    };
    const sent = sendTransaction(endpoints, send, { compare: [], success: [] }, undefined);
    expect(await sent.catch(codeOf)).toBe(expected);
  });
});
