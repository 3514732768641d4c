import { coordinatorCluster, type ClusterHandle } from '@citus-ha/cluster';
import { coordinators, membersOf, type MemberKind, type MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { leaderOf } from '@citus-ha/patroni';
import { pick, randomBy, type Random } from '../workloads/random.js';
import type { Fault } from './fault.js';

/** What a target is resolved with, read when the fault is about to be injected. */
export interface TargetView {
  readonly members: readonly MemberSpec[];
  /** Names of the coordinator that leads and of those that follow. */
  readonly leader: string | undefined;
  readonly standbys: readonly string[];
  readonly random: Random;
}

type Resolve = (view: TargetView) => readonly (MemberSpec | undefined)[];

const ofKind = ({ members }: TargetView, kind: MemberSpec['kind']) => members.filter((member) => member.kind === kind);
const named = ({ members }: TargetView, name: string | undefined) => members.find((member) => member.name === name);
const anyOf = ({ random }: TargetView, members: readonly MemberSpec[]) =>
  members.length === 0 ? [] : [pick(random, members)];

/** Names for members that are known only when a fault is injected. */
const symbolic: Readonly<Record<string, Resolve>> = {
  leader: (view) => [named(view, view.leader)],
  standby: (view) =>
    anyOf(
      view,
      ofKind(view, 'coordinator').filter(({ name }) => view.standbys.includes(name)),
    ),
  'any-coordinator': (view) => anyOf(view, ofKind(view, 'coordinator')),
  'all-coordinators': (view) => ofKind(view, 'coordinator'),
  'first-worker': (view) => ofKind(view, 'worker').slice(0, 1),
  'any-worker': (view) => anyOf(view, ofKind(view, 'worker')),
  'all-workers': (view) => ofKind(view, 'worker'),
  'etcd-majority': (view) => {
    const etcd = ofKind(view, 'etcd');
    return etcd.slice(0, Math.floor(etcd.length / 2) + 1);
  },
  proxy: (view) => ofKind(view, 'proxy').slice(0, 1),
  all: ({ members }) => members,
};

export const targetNames = Object.keys(symbolic);

/**
 * The members a target stands for now. A target is a symbolic name, a member's own name, or several of them joined by `+`.
 *
 * @throws CodedError `TARGET_UNKNOWN` for a name that is neither, `TARGET_ABSENT` where it stands for nobody now.
 */
export function resolveTarget(target: string, view: TargetView): readonly MemberSpec[] {
  const members = target.split('+').flatMap((part) => {
    const resolve = Object.hasOwn(symbolic, part) ? symbolic[part] : undefined;
    const found = (resolve ? resolve(view) : [named(view, part)]).filter((member) => member !== undefined);
    if (found.length > 0) return found;
    if (resolve) {
      throw new CodedError('TARGET_ABSENT', `Target ${part} stands for no member now`, {
        fix: 'See `citus-ha status`.',
      });
    }
    throw new CodedError('TARGET_UNKNOWN', `There is no target ${part}`, {
      blame: 'user',
      fix: `Name one of ${targetNames.join(', ')}, a member (${view.members.map(({ name }) => name).join(', ')}), or several joined by +.`,
    });
  });
  return [...new Map(members.map((member) => [member.name, member])).values()];
}

/** Targets that any member of a kind may be: a fault with one of them can be done to those members by name as well. */
const kindsOfTargets: Readonly<Record<string, MemberKind>> = {
  'any-coordinator': 'coordinator',
  'all-coordinators': 'coordinator',
  'any-worker': 'worker',
  'all-workers': 'worker',
  'etcd-majority': 'etcd',
  proxy: 'proxy',
};

/** @throws CodedError `TARGET_UNSUPPORTED` for a target that the fault is not offered for: it could be neither seen nor healed. */
export function requireOffered(
  { name, targets }: Pick<Fault, 'name' | 'targets'>,
  target: string,
  members: readonly MemberSpec[],
): void {
  const offered = new Set(targets.flatMap((one) => one.split('+')));
  const kinds = new Set([...offered].map((one) => kindsOfTargets[one]));
  const isOffered = (part: string) =>
    offered.has('all') || offered.has(part) || members.some((member) => member.name === part && kinds.has(member.kind));
  const refused = target.split('+').find((part) => !isOffered(part));
  if (refused === undefined) return;
  const byName = members.filter(({ kind }) => kinds.has(kind)).map((member) => member.name);
  throw new CodedError('TARGET_UNSUPPORTED', `${name} cannot be done to ${refused}`, {
    blame: 'user',
    fix: `Name one of ${[...targets, ...byName].join(', ')}.`,
  });
}

/**
 * The members that a fault would hit now.
 *
 * @throws CodedError as {@link requireTarget} does.
 */
export async function aim(
  cluster: ClusterHandle,
  { fault, target, seed }: { readonly fault: Fault; readonly target: string; readonly seed: number },
): Promise<readonly MemberSpec[]> {
  requireTarget(cluster, fault, target);
  return resolveTarget(target, await viewTargets(cluster, randomBy(seed)));
}

async function viewTargets(cluster: ClusterHandle, random: Random): Promise<TargetView> {
  const seen = await coordinatorCluster(cluster).catch(() => undefined);
  const leader = seen && leaderOf(seen)?.name;
  return {
    members: membersOf(cluster.spec),
    leader,
    standbys: seen?.members.map(({ name }) => name).filter((name) => name !== leader) ?? [],
    random,
  };
}

/** Before anything is begun; throws as {@link resolveTarget} and {@link requireOffered} do. */
export function requireTarget({ spec }: Pick<ClusterHandle, 'spec'>, fault: Fault, target: string): void {
  const members = membersOf(spec);
  const [first, ...others] = coordinators(spec);
  resolveTarget(target, { members, leader: first?.name, standbys: others.map(({ name }) => name), random: () => 0 });
  requireOffered(fault, target, members);
}
