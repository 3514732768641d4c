import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { areaFindings } from './area-findings.js';
import { findUnknown, type Open } from '../status/find-unknown.js';
import type { ClusterStatus, MemberStatus, Problem, ProblemCode } from '../status/status.js';

const spec = defaultClusterSpec();
const coordinator = (name: string, role: string | null, state: string) =>
  ({ name, kind: 'coordinator', role, state, timeline: 1 }) as MemberStatus;
const problem = (code: ProblemCode, member: string | null = null): Problem => ({
  code,
  member,
  message: code,
  fix: '',
});
const leader = coordinator('coord-1', 'leader', 'running');
const standby = coordinator('coord-2', 'sync_standby', 'streaming');

function levels(members: readonly MemberStatus[], problems: readonly Problem[], asked: ClusterSpec = spec) {
  return levelsOfLate(members, problems, [], {}, asked);
}

function levelsOfLate(
  members: readonly MemberStatus[],
  problems: readonly Problem[],
  late: readonly string[],
  open: Open,
  asked: ClusterSpec = spec,
) {
  const unknown = findUnknown(asked, { members, problems, late }, open);
  const status = { members, problems, late, unknown } as unknown as ClusterStatus;
  return Object.fromEntries(areaFindings(asked, status).map(({ check, level }) => [check, level]));
}

describe('what doctor says of each part', () => {
  it('is well where all of it is known to be', () => {
    expect(new Set(Object.values(levels([leader, standby], [])))).toEqual(new Set(['ok']));
  });

  it.each([
    ['nobody leads', [problem('NO_LEADER')]],
    ['the leader answers no SQL', [problem('SQL_FAILED', 'coord-1')]],
  ])('is unknown of nodes, redundancy, failover and synchrony while %s', (_, problems) => {
    const unknown = { nodes: 'unknown', redundancy: 'unknown', failover: 'unknown', synchrony: 'unknown' };
    expect(levels([leader, standby], problems)).toMatchObject({ ...unknown, leader: 'problem' });
  });

  it('is not that failover is well while nobody may take over', () => {
    const stopped = [leader, coordinator('coord-2', null, 'exited')];
    expect(levels(stopped, [problem('MEMBER_DOWN', 'coord-2')])).toMatchObject({ failover: 'problem' });
    const behind = [leader, coordinator('coord-2', 'replica', 'streaming')];
    expect(levels(behind, [problem('NOT_SYNCHRONOUS')])).toMatchObject({ failover: 'problem', synchrony: 'problem' });
    expect(levels(behind, [], { ...spec, durability: 'async' })).toMatchObject({ failover: 'ok', synchrony: 'ok' });
    expect(levels([leader, standby], [problem('ETCD_UNHEALTHY')])).toMatchObject({
      failover: 'problem',
      synchrony: 'unknown',
    });
    expect(levels([leader, standby], [problem('PAUSED')])).toMatchObject({ failover: 'problem' });
  });

  it.each([
    ['haproxy does not run', problem('MEMBER_DOWN', 'haproxy')],
    ['haproxy is frozen', problem('MEMBER_PAUSED', 'haproxy')],
    ['haproxy does not exist', problem('MEMBER_MISSING', 'haproxy')],
    ['nobody leads', problem('NO_LEADER')],
  ])('is that the endpoint takes no client while %s', (_, cause) => {
    expect(levels([leader, standby], [cause])).toMatchObject({ endpoint: 'problem' });
  });

  it('is that the endpoint is well while another member than haproxy is down', () => {
    expect(levels([leader, standby], [problem('MEMBER_DOWN', 'worker1')])).toMatchObject({ endpoint: 'ok' });
  });

  it('is unknown where who might take over did not answer', () => {
    expect(levels([leader, standby], [problem('MEMBER_SILENT', 'coord-2')])).toMatchObject({
      failover: 'unknown',
      patroni: 'unknown',
    });
  });

  it('is unknown, and no problem, of what only was answered too late', () => {
    expect(levelsOfLate([leader, standby], [], ['coord-1'], { leader: true })).toMatchObject({
      leader: 'unknown',
      nodes: 'unknown',
      redundancy: 'unknown',
      failover: 'unknown',
      patroni: 'ok',
    });
    expect(levelsOfLate([leader, standby], [], ['coord-2'], { patroni: true, endpoint: true })).toMatchObject({
      patroni: 'unknown',
      failover: 'unknown',
      endpoint: 'unknown',
      leader: 'ok',
    });
    expect(levelsOfLate([leader, standby], [], ['worker1'], { redundancy: true })).toMatchObject({
      redundancy: 'unknown',
      failover: 'ok',
    });
  });

  it('is a note, no problem, where one coordinator is all that was asked for', () => {
    const one = { ...spec, coordinators: { ...spec.coordinators, count: 1 } };
    expect(levels([leader], [], one)).toMatchObject({ failover: 'note', synchrony: 'ok' });
  });
});
