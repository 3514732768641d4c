import type { Member } from '@citus-ha/runtime';
import { expect, it } from 'vitest';
import { key, scope } from '../testing/scope.js';
import { judge, type SeenOfMembers } from './judge.js';
import type { ScopeSeen } from './scope.js';

const death = { member: 'coord-1', incarnation: 'life-1' };
const member: Member = {
  name: 'coord-1',
  kind: 'coordinator',
  address: '',
  ports: {},
  state: 'exited',
  intent: 'running',
  incarnation: { id: 'life-1' },
};
const seen: SeenOfMembers = { member, observation: 'dead', down: ['coord-1'] };
const voters = { leader: 'coord-1', standbys: ['coord-2', 'coord-3'], quorum: 1 };

it('deposes a leader that is dead for one that has all that was acknowledged', () => {
  expect(judge(death, scope, seen)).toEqual({ act: 'depose', candidates: ['coord-2'] });
});

it('deposes for any that lives where writes may be on the leader alone anyhow', () => {
  expect(judge(death, { ...scope, sync: undefined }, seen)).toEqual({
    act: 'depose',
    candidates: ['coord-2', 'coord-3'],
  });
});

it('deposes under a quorum that can elect', () => {
  expect(judge(death, { ...scope, sync: voters }, seen)).toEqual({ act: 'depose', candidates: ['coord-2', 'coord-3'] });
});

it.each<[string, Partial<ScopeSeen>, Partial<SeenOfMembers>]>([
  ['the only synchronous standby is down', {}, { down: ['coord-1', 'coord-2'] }],
  ['the only synchronous standby tells nothing of itself', { running: ['coord-1', 'coord-3'] }, {}],
  ['nobody is synchronous', { sync: { leader: 'coord-1', standbys: [], quorum: 0 } }, {}],
  ['another one was the leader when it was noted who is synchronous', { sync: { ...voters, leader: 'coord-2' } }, {}],
  ['too few are left of a quorum', { sync: voters }, { down: ['coord-1', 'coord-3'] }],
  ['nobody is left', { sync: undefined, running: ['coord-1'] }, {}],
])('starts it again where %s', (_, ofScope, ofMembers) => {
  expect(judge(death, { ...scope, ...ofScope }, { ...seen, ...ofMembers })).toEqual({
    act: 'restart',
    why: 'no-candidate',
  });
});

it.each<[string, Partial<ScopeSeen>, Partial<SeenOfMembers>]>([
  ['alive', {}, { observation: 'alive' }],
  ['lives-again', {}, { member: { ...member, incarnation: { id: 'life-2' } } }],
  ['lives-again', {}, { member: { ...member, state: 'running' } }],
  ['stopped-on-purpose', {}, { member: { ...member, intent: 'stopped' } }],
  ['paused', { isPaused: true }, {}],
])('stands down: %s', (why, ofScope, ofMembers) => {
  expect(judge(death, { ...scope, ...ofScope }, { ...seen, ...ofMembers })).toEqual({ act: 'stand-down', why });
});

it.each([{ ...key, name: 'coord-2' }, undefined])('starts one again that does not lead', (leader) => {
  expect(judge(death, { ...scope, leader }, seen)).toEqual({ act: 'restart', why: 'rejoin' });
});

it('concludes nothing from what it cannot see', () => {
  expect(judge(death, scope, { ...seen, observation: 'unknown' })).toEqual({ act: 'look-again' });
  expect(judge(death, scope, { ...seen, member: { ...member, state: 'unknown' } })).toEqual({ act: 'look-again' });
});
