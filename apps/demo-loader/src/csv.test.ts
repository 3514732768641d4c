import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvField, firstRecord } from './csv.js';

const anyText = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', '.', ' ', 'é', '€') });

it('writes fields that read back as they were, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1 }), (fields) => {
      const line = `${fields.map(csvField).join(',')}\n`;
      expect(firstRecord(`${line}next,line\n`)).toEqual({ fields, length: line.length });
    }),
  );
});

it.each([
  ['plain', 'plain'],
  ['', '""'],
  ['\\.', '"\\."'],
  ['say "hi"', '"say ""hi"""'],
  ['a,b', '"a,b"'],
])('writes %j as %s, which PostgreSQL takes for neither a null nor the end', (text, field) => {
  expect(csvField(text)).toBe(field);
});

it('reads headers with Windows line ends, quotes and other delimiters', () => {
  expect(firstRecord('id;"full; name"\r\n1;x\r\n', ';')).toEqual({ fields: ['id', 'full; name'], length: 17 });
});

it('has no record where the text ends too early', () => {
  expect(firstRecord('id,name')).toBeUndefined();
  expect(firstRecord('"id\n')).toBeUndefined();
});
