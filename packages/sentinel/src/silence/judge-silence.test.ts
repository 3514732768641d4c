import { describe, expect, it } from 'vitest';
import type { ScopeSeen } from '../failover/scope.js';
import { scope } from '../testing/scope.js';
import { judgeLoneSilence, judgeSilence, type Others } from './judge-silence.js';

const silent = (member: string) => ({ member, isRefused: false, isGoverned: false });
const refusing = (member: string) => ({ member, isRefused: true, isGoverned: true });

/** Of two others, as of three coordinators. */
const hearing = (...prompt: readonly string[]): Others => ({ count: 2, prompt });

describe('a silent leader', () => {
  it('is killed where one could lead that answers, and has all that was acknowledged', () => {
    expect(judgeSilence(silent('coord-1'), scope, hearing('coord-2', 'coord-3'))).toEqual({
      act: 'fence',
      witness: 'coord-2',
    });
  });

  it.each<[string, readonly string[], Partial<ScopeSeen>, string]>([
    ['nobody answers promptly', [], {}, 'no-witness'],
    ['only one does that lacks something', ['coord-3'], {}, 'no-witness'],
    [
      'too few are left of a quorum',
      ['coord-2'],
      { sync: { leader: 'coord-1', standbys: ['coord-2', 'coord-3'], quorum: 1 } },
      'no-witness',
    ],
    ['the cluster is paused', ['coord-2'], { isPaused: true }, 'paused'],
  ])('is left alone where %s', (_, prompt, changed, why) => {
    expect(judgeSilence(silent('coord-1'), { ...scope, ...changed }, hearing(...prompt))).toEqual({
      act: 'spare',
      why,
    });
  });
});

it('says nothing on a machine where most are late', () => {
  const busy = { count: 4, prompt: ['coord-2'] };
  expect(judgeSilence(silent('coord-1'), scope, busy)).toEqual({ act: 'spare', why: 'no-witness' });
  expect(judgeSilence(silent('coord-1'), scope, { ...busy, count: 2 })).toEqual({ act: 'fence', witness: 'coord-2' });
});

describe('a silent standby', () => {
  it('is killed where its leader answers', () => {
    expect(judgeSilence(silent('coord-2'), scope, hearing('coord-1'))).toEqual({ act: 'fence', witness: 'coord-1' });
  });

  it('is left alone where the leader is as silent, or nobody leads', () => {
    const spared = { act: 'spare', why: 'no-witness' };
    expect(judgeSilence(silent('coord-2'), scope, hearing('coord-3'))).toEqual(spared);
    expect(judgeSilence(silent('coord-2'), { ...scope, leader: undefined }, hearing('coord-1'))).toEqual(spared);
  });
});

describe('a silent worker', () => {
  const of = { coordinator: 'coord-1', workers: ['worker2', 'worker3'] };
  const judged = (prompt: readonly string[], by = of) =>
    judgeLoneSilence(silent('worker1'), scope, hearing(...prompt), by);

  it('is killed where everybody else answers promptly', () => {
    expect(judged(['coord-1', 'worker2', 'worker3'])).toEqual({ act: 'fence', witness: 'coord-1' });
  });

  it('is left alone where another worker is late, or nobody leads', () => {
    const spared = { act: 'spare', why: 'no-witness' };
    expect(judged(['coord-1', 'worker2'])).toEqual(spared);
    expect(judged(['coord-1', 'worker2', 'worker3'], { ...of, coordinator: undefined as never })).toEqual(spared);
  });
});

describe('who refuses', () => {
  const down = { ...scope, running: ['coord-2', 'coord-3'], failed: ['coord-1'] };

  it('is killed where it leads though its PostgreSQL does not run', () => {
    expect(judgeSilence(refusing('coord-1'), down, hearing('coord-2'))).toEqual({ act: 'fence', witness: 'coord-2' });
  });

  it('is left alone where it does not lead, or its PostgreSQL has not failed by what its Patroni says', () => {
    expect(judgeSilence(refusing('coord-3'), { ...scope, failed: ['coord-3'] }, hearing('coord-1'))).toEqual({
      act: 'wait',
    });
    expect(judgeSilence(refusing('coord-1'), scope, hearing('coord-2'))).toEqual({ act: 'wait' });
    expect(judgeSilence(refusing('coord-1'), { ...down, failed: [] }, hearing('coord-2'))).toEqual({ act: 'wait' });
  });
});

describe('who is silent while his Patroni answers', () => {
  const governed = { ...silent('coord-1'), isGoverned: true };

  it('is killed where that takes him to run, and not while it starts or stops him', () => {
    expect(judgeSilence(governed, scope, hearing('coord-2'))).toEqual({ act: 'fence', witness: 'coord-2' });
    expect(judgeSilence(governed, { ...scope, running: ['coord-2'] }, hearing('coord-2'))).toEqual({ act: 'wait' });
  });
});
