import { describe, expect, it } from 'vitest';
import { chooseCandidate, type Standby } from './choose-candidate.js';

const standby = (name: string, role: string, state = 'streaming', lagBytes: number | null = 0): Standby => ({
  name,
  role,
  state,
  timeline: 1,
  lagBytes,
});
const members = [
  standby('coord-1', 'leader', 'running'),
  standby('coord-2', 'replica'),
  standby('coord-3', 'quorum_standby'),
];
const question = { members, running: ['coord-2', 'coord-3'], leader: 'coord-1', mayLose: false, remedy: 'Wait.' };

const amid = (standbys: readonly Standby[]) => chooseCandidate({ ...question, members: standbys, mayLose: true }).name;

describe('the candidate of a failover', () => {
  it('is a standby that has every acknowledged write', () => {
    expect(chooseCandidate(question).name).toBe('coord-3');
    expect(chooseCandidate({ ...question, mayLose: true }).name).toBe('coord-3');
  });

  it('is one that may lack writes only where that was allowed', () => {
    const others = { ...question, running: ['coord-2'] };
    expect(() => chooseCandidate(others)).toThrow('coord-2 is not synchronous');
    expect(() => chooseCandidate({ ...question, to: 'coord-2' })).toThrow('coord-2 is not synchronous');
    expect(chooseCandidate({ ...others, mayLose: true }).name).toBe('coord-2');
  });

  it('is the one that lacks least, and has followed the last timeline, where none has all', () => {
    const behind = [standby('coord-2', 'replica', 'streaming', 500), standby('coord-3', 'replica', 'streaming', 2)];
    expect(amid(behind)).toBe('coord-3');
    expect(amid([standby('coord-2', 'replica', 'running', null), ...behind.slice(1)])).toBe('coord-3');
    expect(amid(behind.map((one, index) => ({ ...one, timeline: 9 - index })))).toBe('coord-2');
  });

  it('is the one asked for, and no other', () => {
    expect(chooseCandidate({ ...question, to: 'coord-2', mayLose: true }).name).toBe('coord-2');
    expect(() => chooseCandidate({ ...question, to: 'coord-1' })).toThrow("coord-1 holds the leader's key already");
    expect(() => chooseCandidate({ ...question, to: 'coord-9' })).toThrow('coord-9 is not fit to lead');
  });

  it('is none that is dead or has no data', () => {
    expect(() => chooseCandidate({ ...question, running: [] })).toThrow(
      'No standby is fit to lead: coord-2 is not running',
    );
    const copying = [standby('coord-3', 'quorum_standby', 'creating replica')];
    expect(() => chooseCandidate({ ...question, members: copying })).toThrow('coord-3 is creating replica');
    const failed = [standby('coord-3', 'replica', 'start failed')];
    expect(() => chooseCandidate({ ...question, members: failed })).toThrow('coord-3 fails to start its PostgreSQL');
  });
});
