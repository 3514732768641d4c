import type { ClusterHandle } from '@citus-ha/cluster';
import { expect, it } from 'vitest';
import type { Fault } from './fault.js';
import { faultNamed } from './index.js';
import { together } from './together.js';

const context = { cluster: {} as ClusterHandle, members: [] };
const before = { members: new Map(), postmasters: new Map() };

/** Tells in `done` what is done to it. */
const faultThat = (name: string, done: string[], evidence?: string): Fault => ({
  name,
  description: name,
  needs: ['isolation'],
  targets: ['leader', `only-${name}`],
  deposes: name === 'a',
  inject: async () => void done.push(`inject ${name}`),
  heal: async () => void done.push(`heal ${name}`),
  evidence: async () => evidence,
});

const seen = (a?: string, b?: string) =>
  together(faultThat('a', [], a), faultThat('b', [], b)).evidence(context, before);

it('injects one after the other and heals the last one first', async () => {
  const done: string[] = [];
  const both = together(faultThat('a', done), faultThat('b', done));
  await both.inject(context);
  await both.heal(context);
  expect(done).toEqual(['inject a', 'inject b', 'heal b', 'heal a']);
  expect(both).toMatchObject({ name: 'a+b', needs: ['isolation'], targets: ['leader'], deposes: true });
});

it('has taken hold only where both have', async () => {
  expect(await seen('cut off', 'busy')).toBe('cut off, busy');
  expect(await seen('cut off')).toBeUndefined();
});

it('is named by both, and refused for two faults of one network', () => {
  const capabilities = new Set(['isolation', 'pause', 'partition', 'delay'] as const);
  expect(faultNamed('partition-dcs+cpu-hog', capabilities)).toMatchObject({ outlastsLease: true });
  expect(() => faultNamed('loss+delay', capabilities)).toThrow('one fault at a time');
  expect(() => faultNamed('cpu-hog+nothing', capabilities)).toThrow('There is no fault nothing');
});
