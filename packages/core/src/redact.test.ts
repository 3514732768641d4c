import { expect, it } from 'vitest';
import { redact } from './redact.js';

it('hides every occurrence of every secret', () => {
  expect(redact('a=s3cret b=s3cret c=other', ['s3cret', 'other'])).toBe('a=******** b=******** c=********');
});

it('leaves nothing of a secret that contains another one', () => {
  expect(redact('it is swordfish', ['sword', 'swordfish'])).toBe('it is ********');
});

it('hides a secret as a connection string spells it', () => {
  expect(redact('postgresql://postgres:p%40ss%2Fword@h/db', ['p@ss/word'])).toBe('postgresql://postgres:********@h/db');
});

it('leaves a text without secrets as it is, and ignores empty secrets', () => {
  expect(redact('nothing here', ['', 'secret'])).toBe('nothing here');
});
