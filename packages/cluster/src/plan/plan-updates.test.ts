import { describe, expect, it } from 'vitest';
import { planSettings, planTakes, type UpdatesSeen } from './plan-updates.js';

const nothing: UpdatesSeen = { members: [], unfinished: false, passwordIsNew: false };
const database = (name: string, comparison: 'same' | 'files' | 'life') => ({
  name,
  kind: name.startsWith('coord') ? ('coordinator' as const) : ('worker' as const),
  isDatabase: true,
  comparison,
});
const other = (name: string, comparison: 'same' | 'files' | 'life') => ({
  ...database(name, comparison),
  kind: name === 'etcd' ? ('etcd' as const) : ('proxy' as const),
  isDatabase: false,
});

describe('the plan for members that run', () => {
  it('is empty where all of them are as they should be', () => {
    const members = [other('etcd', 'same'), database('coord-1', 'same')];
    expect(planTakes({ ...nothing, members })).toEqual([]);
  });

  it('reloads Patroni with new files, and restarts whoever knows no reload or needs a new life', () => {
    const members = [
      other('etcd', 'files'),
      database('coord-1', 'files'),
      database('worker1', 'life'),
      other('haproxy', 'life'),
    ];
    expect(planTakes({ ...nothing, members })).toEqual([
      { action: 'restart', member: 'etcd' },
      { action: 'reload', member: 'coord-1' },
      { action: 'restart', member: 'worker1' },
      { action: 'restart', member: 'haproxy' },
    ]);
  });

  it('finishes what an interrupted run began, on every member', () => {
    const members = [other('etcd', 'same'), database('coord-1', 'same')];
    expect(planTakes({ ...nothing, members, unfinished: true })).toEqual([
      { action: 'restart', member: 'etcd' },
      { action: 'reload', member: 'coord-1' },
    ]);
  });

  it('restarts a Patroni that knows a former password', () => {
    const members = [database('coord-1', 'files'), database('coord-2', 'same')];
    expect(planTakes({ ...nothing, members, passwordIsNew: true })).toEqual([{ action: 'restart', member: 'coord-1' }]);
  });

  it('names every value that is set, changed or unset, and those that need a restart', () => {
    const current = {
      ttl: 20,
      postgresql: { use_slots: true, parameters: { work_mem: '4MB', jit: 'off', max_connections: 100 } },
    };
    const patch = {
      ttl: 30,
      postgresql: { parameters: { work_mem: '8MB', jit: null, 'citus.shard_count': 6, max_connections: 200 } },
    };
    const configurations = [{ group: 'coordinators', current, patch, takenAtStart: ['max_connections'] }];
    const step = { action: 'set', group: 'coordinators' };
    expect(planSettings(configurations)).toEqual([
      { ...step, setting: 'ttl', from: 20, to: 30 },
      { ...step, setting: 'work_mem', from: '4MB', to: '8MB' },
      { ...step, setting: 'jit', from: 'off', to: null },
      { ...step, setting: 'citus.shard_count', from: null, to: 6 },
      { ...step, setting: 'max_connections', from: 100, to: 200, pendingRestart: true },
    ]);
  });
});
