import { CodedError } from '@citus-ha/core';
import { expect, it } from 'vitest';
import { Unsent } from './connection.js';
import { outcomeOf } from './outcome.js';

const sqlError = (code: string) => Object.assign(new Error('said the server'), { code });

it.each(['25006', '23505', '40001', '40P01', '55P03', '57P03'])(
  'SQLSTATE %s is a failure: nothing was done',
  (code) => {
    expect(outcomeOf(sqlError(code))).toMatchObject({ type: 'fail', error: code });
  },
);

it.each(['57P01', '08006', '08001', 'XX000', '40003', 'ECONNRESET', 'REQUEST_TIMEOUT'])(
  '%s leaves open what was done',
  (code) => {
    expect(outcomeOf(sqlError(code))).toMatchObject({ type: 'info', error: code });
  },
);

it('a lost connection leaves it open too, unless nothing had been sent', () => {
  expect(outcomeOf(new Error('Connection terminated unexpectedly'))).toMatchObject({
    type: 'info',
    error: 'CONNECTION_LOST',
  });
  expect(outcomeOf(new Unsent(new CodedError('CONNECT_REFUSED', 'refused')))).toMatchObject({
    type: 'fail',
    error: 'CONNECT_REFUSED',
  });
  const full = new CodedError('CONNECT_FAILED', 'not let in', { cause: sqlError('53300') });
  expect(outcomeOf(new Unsent(full))).toMatchObject({ type: 'fail', error: '53300' });
});
