import { defaultClusterSpec, membersOf } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import { describe, expect, it } from 'vitest';
import { planLives, surplusMembers } from './plan-lives.js';

const wanted = membersOf(defaultClusterSpec());

function seen(name: string, state: Member['state']): Member {
  return { name, kind: 'worker', address: '127.0.11.1', ports: {}, state, intent: 'running' };
}

describe('the plan for lives', () => {
  it('creates and starts every member of a cluster that is not there', () => {
    const plan = planLives(wanted, []);
    expect(plan.filter(({ action }) => action === 'create').map(({ member }) => member)).toEqual(
      wanted.map(({ name }) => name),
    );
    expect(plan.filter(({ action }) => action === 'start')).toHaveLength(wanted.length);
  });

  it('is empty where all of it runs', () => {
    expect(
      planLives(
        wanted,
        wanted.map(({ name }) => seen(name, 'running')),
      ),
    ).toEqual([]);
  });

  it('starts what ended, thaws what is frozen, and leaves the rest alone', () => {
    const states: Record<string, Member['state']> = { 'coord-1': 'exited', worker2: 'paused', worker3: 'created' };
    expect(
      planLives(
        wanted,
        wanted.map(({ name }) => seen(name, states[name] ?? 'running')),
      ),
    ).toEqual([
      { action: 'start', member: 'coord-1' },
      { action: 'resume', member: 'worker2' },
      { action: 'start', member: 'worker3' },
    ]);
  });

  it('names members that are no longer asked for', () => {
    expect(surplusMembers(wanted, [seen('worker1', 'running'), seen('worker4', 'running')])).toEqual(['worker4']);
  });
});
