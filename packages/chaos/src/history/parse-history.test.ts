import { expect, it } from 'vitest';
import { HistoryBuilder } from '../testing/build-history.js';
import { parseHistory } from './parse-history.js';

const history = new HistoryBuilder().appends(1, 2).build();
const text = history.map((op) => `${JSON.stringify(op)}\n`).join('');

it('reads what was written, and leaves out a last line that was cut off', () => {
  expect(parseHistory(text, 'h.ndjson')).toEqual(history);
  expect(parseHistory(`${text}{"index":`, 'h.ndjson')).toEqual(history);
});

it('names file and line of what is no op', () => {
  expect(() => parseHistory(`${text}nonsense\n`, 'h.ndjson')).toThrow(`h.ndjson:${history.length + 1}`);
  expect(() => parseHistory('{"index":1}\n', 'h.ndjson')).toThrow('it has no time, process, type, f');
  expect(() => parseHistory('', 'h.ndjson')).toThrow('h.ndjson:1 is no op of a history: it is empty');
});
