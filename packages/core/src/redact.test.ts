import { describe, expect, it } from 'vitest';
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

describe('hides a secret as it is spelled in', () => {
  const secret = String.raw`a:b\c"d'e f/gü😀$&`;
  const passfile = secret.replaceAll(/[\\:]/g, String.raw`\$&`);
  const spellings = {
    'a password file': passfile,
    JSON: JSON.stringify(secret).slice(1, -1),
    'JSON of ASCII': String.raw`a:b\\c\"d'e f/g\u00fc\ud83d\uDE00$&`,
    'JSON of a password file': JSON.stringify(passfile).slice(1, -1),
    'single quotes of YAML and SQL': secret.replaceAll("'", "''"),
    'double quotes of YAML': String.raw`a:b\\c\"d'e f/g\xFC😀$&`,
    'a connection string': secret.replaceAll(/[\\']/g, String.raw`\$&`),
    'a URL': encodeURIComponent(secret),
    'a URL by its userinfo rules': 'a%3Ab%5Cc%22d%27e%20f%2Fg%C3%BC%F0%9F%98%80$&',
    'a form': 'a%3ab%5cc%22d%27e+f%2fg%c3%bc%f0%9f%98%80%24%26',
  };
  it.each(Object.entries(spellings))('%s', (_, spelling) => {
    expect(redact(`>${spelling}<`, [secret])).toBe('>********<');
  });
});

it('takes the signs of patterns in a secret for themselves', () => {
  expect(redact('a.c abc (x)* xx', ['a.c', '(x)*'])).toBe('******** abc ******** xx');
});
