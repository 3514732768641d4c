import { describe, expect, it } from 'vitest';
import { lateAmong, type Answers } from './late-members.js';

const running = ['coord-1', 'worker1'];
const well: Answers = { unanswered: new Map(), listed: running, sql: running, lateSql: [] };
const silent = { unanswered: new Map([['worker1', 'late']] as const) };

describe('a member is late', () => {
  it('where its Patroni answers, and its PostgreSQL does not in time', () => {
    expect(lateAmong(running, well)).toEqual([]);
    expect(lateAmong(running, { ...well, lateSql: ['coord-1'] })).toEqual(['coord-1']);
  });

  it('where its PostgreSQL answers, and its Patroni does not in time, but is in etcd still', () => {
    expect(lateAmong(running, { ...well, ...silent })).toEqual(['worker1']);
    expect(lateAmong(running, { ...well, ...silent, listed: ['coord-1'] })).toEqual([]);
  });

  it('and no dead one, only where something of it answers', () => {
    expect(lateAmong(running, { ...well, ...silent, sql: ['coord-1'], lateSql: ['worker1'] })).toEqual([]);
    expect(lateAmong(['coord-1'], { ...well, ...silent })).toEqual([]);
    const refused = new Map([['worker1', 'refused']] as const);
    expect(lateAmong(running, { ...well, unanswered: refused, lateSql: ['worker1'] })).toEqual([]);
  });
});
