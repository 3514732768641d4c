import type { ClusterSpec } from '@citus-ha/config';
import { etcdProblems, hasQuorum, lostDataProblems, type SeenOfEtcd } from './etcd-problems.js';
import { memberProblems, type MembersSeen } from './member-problems.js';
import { redundancyProblems } from './redundancy.js';
import type { ClusterStatus, MemberStatus, Problem } from './status.js';
import { waitFix, waitWords, type Wait } from '../apply/wait-for-others.js';

export interface SeenBesides extends MembersSeen {
  /** What is wrong with the settings in force. */
  readonly settings?: readonly Problem[];
  /** What each member of etcd says; empty where none could be asked. */
  readonly etcd: readonly SeenOfEtcd[];
  /** Members that run though etcd knows nothing of their scope. */
  readonly stranded?: readonly string[];
  /** Coordinators that etcd does not let begin. */
  readonly waits?: readonly Wait[];
  /** Where each member is looked for. */
  readonly addresses?: Readonly<Record<string, string | undefined>>;
}

/** All that keeps a cluster from being healthy, worst first. Pure: what was seen in, findings out. */
export function findProblems(
  spec: ClusterSpec,
  status: Omit<ClusterStatus, 'healthy' | 'problems' | 'unknown' | 'differs'>,
  besides: SeenBesides,
): readonly Problem[] {
  const { etcd, sqlFailure, addresses = {}, stranded = [], waits = [], settings = [] } = besides;
  if (status.members.every(({ state }) => isDown(state))) return [clusterDown];
  return [
    ...etcdProblems(spec, status.members, etcd),
    ...lostDataProblems(stranded),
    ...(status.paused ? [paused] : []),
    ...leaderProblems(status),
    ...sqlProblems(status, sqlFailure),
    ...(hasQuorum(etcd) ? synchronyProblems(spec, status.members) : []),
    ...status.members.flatMap((member) => placeProblems(member, addresses[member.name])),
    ...waitProblems(status.members, waits),
    ...memberProblems(status.members, besides, status.late),
    ...settings,
    ...nodeProblems(status),
    ...strayNodeProblems(status),
    ...redundancyProblems(status.members, status.redundancy),
  ];
}

function isDown(state: string): boolean {
  return state === 'exited' || state === 'created' || state === 'missing';
}

const clusterDown: Problem = {
  code: 'CLUSTER_DOWN',
  member: null,
  message: 'no member runs',
  fix: 'Start the cluster: `citus-ha up`.',
};

const paused: Problem = {
  code: 'PAUSED',
  member: null,
  message: 'the cluster is paused: it does not fail over',
  fix: 'Turn automatic failover on again: `citus-ha resume`.',
};

function leaderProblems({ members, paused: isPaused }: Pick<ClusterStatus, 'members' | 'paused'>): readonly Problem[] {
  const all = members.filter(({ kind }) => kind === 'coordinator');
  if (all.some(({ role }) => role === 'leader')) return [];
  const [down] = all.filter(({ state }) => isDown(state)).map(({ name }) => name);
  const start = down === undefined ? '' : `; or start the one that led: \`citus-ha start ${down}\``;
  return [
    {
      code: 'NO_LEADER',
      member: null,
      message: 'no coordinator leads: nothing takes writes',
      fix: isPaused
        ? `While the cluster is paused no standby takes over. Let one: \`citus-ha resume\`${start}.`
        : 'Wait for the failover, or start the coordinators: `citus-ha up`.',
    },
  ];
}

/** Of a leader that is dead, frozen or busy nothing is expected. */
function sqlProblems(
  { members, late }: Pick<ClusterStatus, 'members' | 'late'>,
  failure: SeenBesides['sqlFailure'],
): readonly Problem[] {
  if (failure?.late && late.includes(failure.leader)) return [];
  if (!members.some(({ name, role }) => name === failure?.leader && role === 'leader')) return [];
  const { leader = '', reason = '' } = failure ?? {};
  return [
    {
      code: 'SQL_FAILED',
      member: leader,
      message: `${leader} leads, but answers no SQL: ${reason}`,
      fix: `See its log: \`citus-ha logs ${leader}\`.`,
    },
  ];
}

function synchronyProblems(spec: ClusterSpec, members: readonly MemberStatus[]): readonly Problem[] {
  const streaming = members.some(({ kind, state }) => kind === 'coordinator' && state === 'streaming');
  if (spec.durability === 'async' || members.some(isSynchronous)) return [];
  const leads = members.some(({ kind, role }) => kind === 'coordinator' && role === 'leader');
  if (spec.durability === 'strict' && leads && spec.coordinators.count > 1) {
    return [
      {
        code: 'NOT_SYNCHRONOUS',
        member: null,
        message: 'no standby is synchronous: with durability strict no write is acknowledged until one is',
        fix: 'Bring a standby back: `citus-ha up`.',
      },
    ];
  }
  if (!streaming) return [];
  return [
    {
      code: 'NOT_SYNCHRONOUS',
      member: null,
      message: 'no standby is synchronous yet: an acknowledged write may be on one coordinator only',
      fix: 'Wait for Patroni to choose one; see `citus-ha logs` of the leader.',
    },
  ];
}

/** Whether an acknowledged write is on this standby too. */
export function isSynchronous({ role }: { readonly role: string | null }): boolean {
  return role === 'sync_standby' || role === 'quorum_standby';
}

/** Nobody reaches a member that runs elsewhere than the others look for it; it may still call itself well. */
function placeProblems({ name, state, host }: MemberStatus, wanted: string | undefined): readonly Problem[] {
  if (isDown(state) || wanted === undefined || host === wanted) return [];
  return [
    {
      code: 'MEMBER_MISPLACED',
      member: name,
      message: `${name} is ${host === '' ? "cut off from the cluster's network" : `at ${host}`}, but the others look for it at ${wanted}`,
      fix: 'Give it back its address: `citus-ha up`.',
    },
  ];
}

function waitProblems(members: readonly MemberStatus[], waits: readonly Wait[]): readonly Problem[] {
  const down = members.filter(({ state }) => isDown(state)).map(({ name }) => name);
  return waits.map((wait) => ({
    code: 'WAITS_FOR_DATA',
    member: wait.member,
    message: waitWords(wait),
    fix: waitFix(wait, down),
  }));
}

function nodeProblems({
  members,
  nodes,
  engine,
}: Pick<ClusterStatus, 'members' | 'nodes' | 'engine'>): readonly Problem[] {
  if (engine.version === null) return [];
  return members
    .filter(({ kind }) => kind === 'worker')
    .flatMap(({ name, host }): readonly Problem[] => {
      const node = nodes.find((row) => row.host === name || row.host === host);
      if (!node) {
        return [
          {
            code: 'NODE_UNREGISTERED',
            member: name,
            message: `${name} is not registered in Citus`,
            fix: 'Register it: `citus-ha bootstrap`.',
          },
        ];
      }
      if (node.active) return [];
      return [
        {
          code: 'NODE_INACTIVE',
          member: name,
          message: `${name} is out of service in Citus: nothing is written to its shards`,
          fix: 'It is taken back once it serves: by the sentinel, or by `citus-ha repair`.',
        },
      ];
    });
}

/** A registered worker that is no member takes shards, and nothing starts it. */
function strayNodeProblems({ members, nodes }: Pick<ClusterStatus, 'members' | 'nodes'>): readonly Problem[] {
  const known = new Set(members.flatMap(({ name, host }) => [name, host]));
  return nodes
    .filter(({ groupId, host, active }) => groupId > 0 && active && !known.has(host))
    .map(({ host, port }) => ({
      code: 'NODE_WITHOUT_MEMBER',
      member: null,
      message: `${host}:${port} is registered in Citus, but is no member of this cluster`,
      fix: 'Raise workers.count again, or remove the node with citus_remove_node.',
    }));
}
