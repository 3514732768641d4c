import { describe, expect, it, vi } from 'vitest';
import { CodedError, codeOf, isCodedError, messageOf } from './coded-error.js';

describe('CodedError', () => {
  it('carries code, member, fix and cause, and blames the system unless told', () => {
    const cause = new Error('connect ECONNREFUSED');
    const error = new CodedError('PATRONI_UNREACHABLE', 'coord-1 does not answer', {
      member: 'coord-1',
      fix: 'Start coord-1.',
      cause,
    });
    expect(error).toMatchObject({
      code: 'PATRONI_UNREACHABLE',
      blame: 'system',
      member: 'coord-1',
      fix: 'Start coord-1.',
      cause,
    });
    expect(String(error)).toBe('CodedError: coord-1 does not answer');
  });

  it('has no cause where none was given', () => {
    expect('cause' in new CodedError('TIMEOUT', 'x')).toBe(false);
  });
});

describe('isCodedError', () => {
  it('knows those of another copy of the package, and nothing else', async () => {
    vi.resetModules();
    const copy = await import('./coded-error.js');
    const foreign = new copy.CodedError('TIMEOUT', 'late');
    expect(foreign).not.toBeInstanceOf(CodedError);
    expect([foreign, new CodedError('TIMEOUT', 'late')].map(isCodedError)).toEqual([true, true]);
    const others = [new Error('plain'), Object.assign(new Error(), { code: 'TIMEOUT' }), null, undefined, 'TIMEOUT'];
    expect(others.filter(isCodedError)).toEqual([]);
  });
});

describe('messageOf', () => {
  it.each([
    ['an error', new Error('broken'), 'broken'],
    ['a text', 'broken', 'broken'],
    ['nothing', undefined, 'undefined'],
    ['connects that failed one by one', new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
    [
      'what Promise.any says',
      new AggregateError([new Error('a'), new Error('b')], 'All promises were rejected'),
      'a; b',
    ],
    ['an aggregate that speaks for itself', new AggregateError([new Error('a')], 'all failed'), 'all failed'],
  ])('reads %s', (_what, thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });
});

describe('codeOf', () => {
  it('reads the code of a Node, PostgreSQL or coded error, and of nothing else', () => {
    expect(codeOf(new CodedError('TIMEOUT', 'late'))).toBe('TIMEOUT');
    expect(codeOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect([new Error('plain'), { code: 7 }, null, 'text'].map(codeOf)).toEqual(Array(4).fill(undefined));
  });
});
