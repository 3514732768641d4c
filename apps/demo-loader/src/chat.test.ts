import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberRows, messageCount, messageRows } from './chat.js';
import { csvChunks } from './row-stream.js';
import { chatTables } from './tables.js';

const csvOf = (name: string, seed: number, first: number, last: number): string => {
  const table = chatTables.find((known) => known.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return Buffer.concat([...csvChunks(table, { seed, first, last })]).toString();
};

describe('the chat', () => {
  it.each(chatTables.map(({ name }) => name))('gives the same %s for the same seed, today as ever', async (name) => {
    await expect(csvOf(name, 1, 1, 12)).toMatchFileSnapshot(`golden/${name}.csv`);
  });

  it('is another one for another seed', () => {
    expect(csvOf('messages', 2, 1, 5)).not.toBe(csvOf('messages', 1, 1, 5));
  });

  it('has the same rooms however it is cut into batches, so that more rooms go on where fewer ended', () => {
    for (const name of ['rooms', 'room_members', 'messages']) {
      expect(csvOf(name, 7, 1, 400) + csvOf(name, 7, 401, 1000)).toBe(csvOf(name, 7, 1, 1000));
    }
  });

  it('has two different members and at least one message in every room, in order of time, written by members', () => {
    const rooms = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 1, max: 1_000_000_000 }));
    fc.assert(
      fc.property(rooms, ([seed, roomId]) => {
        const members = memberRows(seed, roomId).map(([, userId]) => userId);
        expect(new Set(members).size).toBe(2);
        const messages = [...messageRows(seed, roomId)];
        expect(messages.length).toBe(messageCount(seed, roomId));
        expect(messages.length).toBeGreaterThan(0);
        expect(messages.every(([room, , author]) => room === roomId && members.includes(author ?? ''))).toBe(true);
        const times = messages.map(([, , , sentAt]) => Number(sentAt));
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('is skewed: most rooms are quiet, a few are very busy', () => {
    const counts = Array.from({ length: 10_000 }, (_, index) => messageCount(1, index + 1)).sort((a, b) => b - a);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const busiest = counts.slice(0, 100).reduce((sum, count) => sum + count, 0);
    expect(counts[5_000]).toBe(1);
    expect(counts[0]).toBeGreaterThan(200);
    expect(busiest / total).toBeGreaterThan(0.2);
    expect(total / counts.length).toBeLessThan(5);
  });

  it('is made in chunks of bounded size, however many rooms there are', () => {
    const messages = chatTables.find(({ name }) => name === 'messages');
    if (!messages) throw new Error('no messages');
    const sizes = [...csvChunks(messages, { seed: 1, first: 1, last: 20_000 })].map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThan(160 * 1024);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(64 * 1024);
  });
});
