import { coordinators, defaultClusterSpec, etcdMembers, workers } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { holdTimeFor } from './hold.js';

const spec = defaultClusterSpec();
const { ttlMs } = spec.timings;

it.each([
  ['a worker', workers(spec), 5_000],
  ['a coordinator', coordinators(spec), 5_000],
  ['etcd', etcdMembers(spec), ttlMs + 5_000],
])(
  '%s is held until clients would have noticed, and then for as long as the lease may keep them waiting',
  (_, members, minMs) => {
    const patient = holdTimeFor(spec, { fault: {}, members, patienceMs: 2_200 });
    expect(patient.minMs).toBe(minMs);
    expect(patient.maxMs).toBeGreaterThan(patient.minMs);
  },
);

it('a fault is held for longer than the most patient client waits', () => {
  const members = workers(spec);
  expect(holdTimeFor(spec, { fault: {}, members, patienceMs: 32_000 }).minMs).toBeGreaterThanOrEqual(32_000);
});
