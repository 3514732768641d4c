import { readFileSync } from 'node:fs';
import { CodedError, Answer } from '@citus-ha/core';
import { describe, expect, it } from 'vitest';
import { parseHistory } from './history.js';
import { leaderOf, parseCluster } from './patroni-cluster.js';
import { parseStatus } from './patroni-status.js';

/** What Patroni 4.0.7 answered. */
const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
const refuse = (problem: string) => new CodedError('PATRONI_BAD_ANSWER', problem);
const answer = (body: unknown) => new Answer(body, refuse);

describe('parseStatus', () => {
  it('reads a primary', () => {
    expect(parseStatus(answer(recorded('status-primary')))).toEqual({
      name: 'coord-1',
      scope: 'lab',
      patroniVersion: '4.0.7',
      state: 'running',
      role: 'primary',
      timeline: 2,
      serverVersion: 150018,
      lsn: 50332456,
      receivedLsn: null,
      replicationState: null,
      synchronous: false,
      pendingRestart: false,
      paused: false,
      unlocked: false,
      failsafeActive: false,
      dcsLastSeen: expect.any(Date),
      systemIdentifier: '7711342375833249384',
    });
  });

  it('reads a synchronous replica of a paused cluster that needs a restart', () => {
    expect(parseStatus(answer(recorded('status-paused')))).toMatchObject({
      role: 'replica',
      synchronous: true,
      replicationState: 'streaming',
      receivedLsn: 50332456,
      pendingRestart: true,
      paused: true,
      dcsLastSeen: new Date('2026-11-23T12:29:23Z'),
    });
  });

  it('reads a member whose PostgreSQL is down, of which Patroni leaves out most', () => {
    expect(parseStatus(answer(recorded('status-stopping')))).toMatchObject({
      state: 'stopping',
      role: 'primary',
      timeline: null,
      serverVersion: null,
      lsn: null,
    });
  });

  it('calls the master of Patroni 3 a primary', () => {
    const status = { ...(recorded('status-stopping') as object), role: 'master' };
    expect(parseStatus(answer(status)).role).toBe('primary');
  });

  it.each([
    [{}, 'patroni is no object'],
    [[], 'the answer is no object'],
    [{ role: 'replica', patroni: { name: 'a', scope: 'b' } }, 'patroni.version is missing, not a text'],
    [{ ...(recorded('status-primary') as object), timeline: '2' }, 'timeline is "2", not a number'],
    [{ ...(recorded('status-primary') as object), pause: 1 }, 'pause is 1, not true or false'],
  ])('refuses %j and names the field', (body, problem) => {
    expect(() => parseStatus(answer(body))).toThrow(problem);
  });
});

describe('parseCluster', () => {
  it('reads roles, timelines and lag', () => {
    const cluster = parseCluster(answer(recorded('cluster')));
    expect(cluster).toMatchObject({ scope: 'lab', paused: false });
    expect(cluster.members).toEqual([
      {
        name: 'coord-1',
        role: 'sync_standby',
        state: 'streaming',
        apiUrl: 'http://127.0.45.1:8008/patroni',
        host: '127.0.45.1',
        port: 5432,
        timeline: 3,
        lagBytes: 0,
        pendingRestart: false,
      },
      expect.objectContaining({ name: 'coord-2', role: 'leader', state: 'running', lagBytes: null }),
    ]);
    expect(leaderOf(cluster)?.name).toBe('coord-2');
  });

  it('takes an unknown lag for none known, right after a switchover', () => {
    const { members } = parseCluster(answer(recorded('cluster-switching')));
    expect(members[0]).toMatchObject({ name: 'coord-1', state: 'stopped', timeline: null, lagBytes: null });
  });

  it('reads maintenance mode and pending restarts', () => {
    const cluster = parseCluster(answer(recorded('cluster-paused')));
    expect(cluster.paused).toBe(true);
    expect(cluster.members.map(({ pendingRestart }) => pendingRestart)).toEqual([true, true]);
  });

  it('names the member whose field is wrong', () => {
    const body = { scope: 'lab', members: [{ name: 'a', role: 'leader', state: 'running', api_url: 'u', port: 'x' }] };
    expect(() => parseCluster(answer(body))).toThrow('members[0].port is "x", not a number');
  });
});

describe('parseHistory', () => {
  it('reads the ends of timelines', () => {
    expect(parseHistory(recorded('history'), refuse)).toEqual([
      {
        timeline: 1,
        lsn: 50332080,
        reason: 'no recovery target specified',
        at: new Date('2026-11-23T12:27:20.270606Z'),
        leader: 'coord-1',
      },
    ]);
  });

  it('takes lines without time and leader, which Patroni writes for what it has not seen', () => {
    expect(parseHistory([[1, 25_000, 'reason']], refuse)).toMatchObject([{ at: null, leader: null }]);
  });

  it('refuses a line of another shape', () => {
    expect(() => parseHistory([[1, 25_000, 'reason'], ['2']], refuse)).toThrow('line 2 is ["2"]');
  });
});
