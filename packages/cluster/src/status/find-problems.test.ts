import { defaultClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import { findProblems, type SeenBesides } from './find-problems.js';
import type { ClusterStatus, MemberStatus, Problem } from './status.js';

const healthy: Omit<ClusterStatus, 'healthy' | 'problems' | 'unknown' | 'differs'> = {
  version: 1,
  cluster: 'citusap',
  runtime: 'local',
  paused: false,
  late: [],
  engine: { kind: 'citus', version: '13.2.2' },
  endpoints: {
    write: { host: '127.0.0.1', port: 5000 },
    read: { host: '127.0.0.1', port: 5001 },
    pooled: null,
    stats: 'http://127.0.0.1:7000',
    database: 'postgres',
    user: 'postgres',
  },
  members: [
    member('etcd', 'etcd', null, 'running'),
    member('coord-1', 'coordinator', 'leader', 'running'),
    member('coord-2', 'coordinator', 'sync_standby', 'streaming'),
    member('worker1', 'worker', 'leader', 'running'),
  ],
  nodes: [{ nodeId: 1, groupId: 7, host: 'worker1', port: 5432, role: 'primary', active: true }],
  redundancy: { target: 2, underReplicatedShards: 0, tables: [], nodes: [], silent: [] },
  isolation: 'pid',
  sentinel: { running: false, pid: null },
};

function member(name: string, kind: MemberStatus['kind'], role: string | null, state: string): MemberStatus {
  return {
    name,
    kind,
    group: null,
    role,
    state,
    timeline: 1,
    lagBytes: null,
    host: '127.0.11.1',
    ports: {},
    pendingRestart: false,
  };
}

function etcdSays(problem: string | null, name = 'etcd', alarms: readonly string[] = []) {
  return { endpoint: { url: '', member: name }, healthy: problem === null, problem, alarms };
}

function codes(change: Partial<typeof healthy>, besides: Partial<SeenBesides> = {}): readonly string[] {
  return problems(change, besides).map(({ code }) => code);
}

function problems(change: Partial<typeof healthy>, besides: Partial<SeenBesides> = {}): readonly Problem[] {
  const seen = { etcd: [etcdSays(null)], unanswered: new Map(), stuck: new Map(), ...besides };
  return findProblems(defaultClusterSpec(), { ...healthy, ...change }, seen);
}

function withMember(changed: MemberStatus): Partial<typeof healthy> {
  return { members: healthy.members.map((one) => (one.name === changed.name ? changed : one)) };
}

describe('the problems of a cluster', () => {
  it('are that a member runs where nobody looks for it', () => {
    const addresses = { 'coord-2': '127.0.11.12' };
    const found = problems({}, { addresses });
    expect(found).toMatchObject([{ code: 'MEMBER_MISPLACED', member: 'coord-2' }]);
    expect(found[0]?.message).toContain('at 127.0.11.1, but the others look for it at 127.0.11.12');
    const standby = member('coord-2', 'coordinator', null, 'exited');
    expect(codes(withMember(standby), { addresses })).not.toContain('MEMBER_MISPLACED');
  });

  it('are none where everything is well', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    ['a member that was never created', withMember(member('worker1', 'worker', null, 'missing')), 'MEMBER_MISSING'],
    ['a member that ended', withMember(member('coord-2', 'coordinator', null, 'exited')), 'MEMBER_DOWN'],
    [
      'a member that cannot be seen',
      withMember(member('coord-2', 'coordinator', null, 'unknown')),
      'MEMBER_UNKNOWN_STATE',
    ],
    ['a frozen member', withMember(member('coord-2', 'coordinator', null, 'paused')), 'MEMBER_PAUSED'],
    ['a server that still starts', withMember(member('worker1', 'worker', 'replica', 'starting')), 'MEMBER_NOT_READY'],
    [
      'a standby that does not stream',
      withMember(member('coord-2', 'coordinator', 'replica', 'running')),
      'NOT_STREAMING',
    ],
    [
      'a standby that is not synchronous',
      withMember(member('coord-2', 'coordinator', 'replica', 'streaming')),
      'NOT_SYNCHRONOUS',
    ],
    ['a worker that Citus does not know', { nodes: [] }, 'NODE_UNREGISTERED'],
    ['a worker that is not promoted yet', withMember(member('worker1', 'worker', 'replica', 'running')), 'NOT_LEADING'],
    ['a paused cluster', { paused: true }, 'PAUSED'],
    ['a disabled worker', { nodes: healthy.nodes.map((node) => ({ ...node, active: false })) }, 'NODE_INACTIVE'],
    [
      'shards without their second placement',
      {
        redundancy: {
          ...healthy.redundancy,
          tables: [{ table: 'rooms', target: 2, underReplicatedShards: 3, unreachableShards: 0 }],
        },
      },
      'UNDER_REPLICATED',
    ],
  ])('name %s', (_, change, code) => {
    expect(codes(change)).toEqual([code]);
  });

  it.each([
    ['start failed', 'coord-2 fails to start its PostgreSQL'],
    ['restart failed', 'coord-2 fails to restart its PostgreSQL'],
    ['crashed', 'coord-2 has crashed'],
    ['creating replica', 'coord-2 is creating replica'],
  ])('put "%s" of Patroni into a sentence: %s', (state, message) => {
    expect(problems(withMember(member('coord-2', 'coordinator', 'replica', state)))).toContainEqual(
      expect.objectContaining({ code: 'MEMBER_NOT_READY', message }),
    );
  });

  it('name the lost leader besides the member that was it', () => {
    expect(codes(withMember(member('coord-1', 'coordinator', null, 'exited')))).toEqual(['NO_LEADER', 'MEMBER_DOWN']);
  });

  it('are one where nothing runs', () => {
    const members = healthy.members.map((one) => ({ ...one, role: null, state: 'exited' }));
    expect(codes({ members }, { etcd: [] })).toEqual(['CLUSTER_DOWN']);
  });

  it('name etcd first', () => {
    expect(codes({}, { etcd: [etcdSays('no leader')] })).toEqual(['ETCD_UNHEALTHY']);
  });

  it('name a member of etcd that is cut off from the others', () => {
    const etcd = [etcdSays(null, 'etcd1'), etcdSays(null, 'etcd2'), etcdSays('no leader')];
    expect(codes({}, { etcd })).toEqual(['ETCD_UNHEALTHY']);
  });

  it('name an etcd that is full, with what gives it room, and not one that has to be started', () => {
    const etcd = ['etcd-1', 'etcd-2', 'etcd-3'].map((name) => etcdSays('{"health":"false"}', name, ['NOSPACE']));
    const found = problems({}, { etcd });
    expect(found).toMatchObject([{ code: 'ETCD_FULL', fix: expect.stringContaining('`citus-ha up`') as string }]);
    expect(found[0]?.message).toContain('NOSPACE');
  });

  it('name an etcd that says its data is corrupt', () => {
    const found = problems({}, { etcd: [etcdSays('unwell', 'etcd', ['CORRUPT'])] });
    expect(found).toMatchObject([{ code: 'ETCD_UNHEALTHY', member: 'etcd' }]);
    expect(found[0]?.message).toContain('CORRUPT');
  });

  it('name an etcd that has lost its data, and whom it does not know any more', () => {
    const found = problems(
      {},
      {
        etcd: [etcdSays(null)],
        stranded: ['coord-1', 'worker1'],
      },
    );
    expect(found).toMatchObject([
      { code: 'ETCD_EMPTY', message: expect.stringContaining('coord-1, worker1') as string },
    ]);
  });

  it('do not guess at synchronous standbys while etcd, which names them, is away', () => {
    const asynchronous = withMember(member('coord-2', 'coordinator', 'replica', 'streaming'));
    expect(codes(asynchronous, { etcd: [etcdSays('no leader')] })).toEqual(['ETCD_UNHEALTHY']);
  });

  it('name a leader that answers no SQL, and say nothing of nodes meanwhile', () => {
    const nothing = { engine: { kind: 'citus', version: null }, nodes: [] } as const;
    expect(codes(nothing, { sqlFailure: { leader: 'coord-1', reason: 'too many clients already' } })).toEqual([
      'SQL_FAILED',
    ]);
  });

  it('are none of who is alive and only answered too late', () => {
    const nothing = { engine: { kind: 'citus', version: null }, nodes: [] } as const;
    const sqlFailure = { leader: 'coord-1', reason: 'no answer within 1500 ms', late: true };
    expect(codes({ ...nothing, late: ['coord-1'] }, { sqlFailure })).toEqual([]);
    expect(codes(nothing, { sqlFailure })).toEqual(['SQL_FAILED']);
    const stale = withMember(member('coord-2', 'coordinator', 'sync_standby', 'running'));
    const unanswered = new Map([['coord-2', 'late']] as const);
    expect(codes({ ...stale, late: ['coord-2'] }, { unanswered })).toEqual([]);
    expect(codes(stale, { unanswered })).toEqual(['MEMBER_SILENT']);
  });

  it('name who did not answer, and judge it no further', () => {
    const stale = withMember(member('coord-2', 'coordinator', 'replica', 'running'));
    expect(codes(stale, { unanswered: new Map([['coord-2', 'late']]) })).toEqual(['MEMBER_SILENT']);
    expect(codes({}, { unanswered: new Map([['worker1', 'refused']]) })).toEqual(['PATRONI_SILENT']);
  });

  it('name a standby that is left behind on an old timeline though it streams', () => {
    const leader = { ...member('coord-1', 'coordinator', 'leader', 'running'), timeline: 2 };
    expect(problems(withMember(leader))).toMatchObject([
      { code: 'NOT_STREAMING', message: 'coord-2 is on timeline 1 still, coord-1 leads on 2' },
    ]);
  });

  it('says that no write is acknowledged under durability strict while no standby runs', () => {
    const change = withMember(member('coord-2', 'coordinator', null, 'exited'));
    const seen = { etcd: [etcdSays(null)], unanswered: new Map(), stuck: new Map() };
    const found = (durability: 'strict' | 'synchronous') =>
      findProblems({ ...defaultClusterSpec(), durability }, { ...healthy, ...change }, seen).map(({ code }) => code);
    expect(found('strict')).toEqual(['NOT_SYNCHRONOUS', 'MEMBER_DOWN']);
    expect(found('synchronous')).toEqual(['MEMBER_DOWN']);
  });

  describe('of a standby that cannot go on', () => {
    const standby = member('coord-2', 'coordinator', 'replica', 'running');
    const stuck = new Map([['coord-2', 'requested WAL segment 7 has already been removed']]);
    const fixOf = (change: Partial<typeof healthy>, besides?: Partial<SeenBesides>) =>
      problems(change, besides).find(({ member: name }) => name === 'coord-2')?.fix;
    const others = healthy.members.filter(({ name }) => name !== 'coord-2');

    it('say why it cannot catch up, and that it is copied anew', () => {
      expect(problems(withMember(standby), { stuck })).toMatchObject([
        {
          code: 'CANNOT_CATCH_UP',
          message: expect.stringContaining('WAL segment 7 has already been removed') as string,
          fix: 'Copy it anew from coord-1: `citus-ha reinit coord-2`.',
        },
      ]);
    });

    it.each(['running', 'start failed', 'in archive recovery'])(
      'advise to throw its data away only where another copy is proven (%s)',
      (state) => {
        const change = (leader: MemberStatus) => ({
          members: [...others.filter(({ name }) => name !== 'coord-1'), leader, { ...standby, state }],
        });
        const leads = member('coord-1', 'coordinator', 'leader', 'running');
        expect(fixOf(change(leads), { stuck })).toContain('reinit coord-2');
        const unproven: readonly (readonly [MemberStatus, Partial<SeenBesides>])[] = [
          [member('coord-1', 'coordinator', null, 'exited'), {}],
          [member('coord-1', 'coordinator', 'replica', 'running'), {}],
          [leads, { sqlFailure: { leader: 'coord-1', reason: 'timeout' } }],
          [leads, { unanswered: new Map([['coord-1', 'late']]) }],
          [{ ...leads, timeline: 0 }, {}],
        ];
        for (const [leader, besides] of unproven) {
          expect(fixOf(change(leader), besides)).not.toContain('reinit');
          expect(fixOf(change(leader), { stuck, ...besides })).not.toContain('reinit');
        }
      },
    );

    it('name what brings back a paused cluster whose leader is dead', () => {
      const dead = member('coord-1', 'coordinator', null, 'exited');
      const members = [...others.filter(({ name }) => name !== 'coord-1'), dead, standby];
      const found = problems({ members, paused: true });
      expect(found.map(({ code }) => code)).toEqual(['PAUSED', 'NO_LEADER', 'MEMBER_DOWN', 'NOT_STREAMING']);
      expect(found.map(({ fix }) => fix).join('\n')).not.toContain('reinit');
      expect(found[1]?.fix).toMatch(/citus-ha resume.*citus-ha start coord-1/);
    });
  });

  it('name for whom a coordinator waits, and by what it goes on without one that does not run', () => {
    const wait = { member: 'coord-1', waitsFor: ['coord-2'], why: 'nothing is known of their data', stuck: false };
    const members = [
      member('coord-1', 'coordinator', null, 'waiting'),
      member('coord-2', 'coordinator', null, 'exited'),
    ];
    expect(problems({ members }, { waits: [wait] }).find(({ member: name }) => name === 'coord-1')).toEqual({
      code: 'WAITS_FOR_DATA',
      member: 'coord-1',
      message: 'coord-1 waits for coord-2: nothing is known of their data',
      fix: expect.stringMatching(/`citus-ha up`.*`citus-ha start coord-1 --allow-loss`/) as string,
    });
  });
});
