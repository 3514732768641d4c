import { planBootstrap, type ClusterState, type DesiredCluster } from '@citus-ha/citus';
import type { MemberSpec } from '@citus-ha/config';
import type { Member } from '@citus-ha/runtime';
import { planLives } from './plan-lives.js';
import { planSettings, planTakes, type ConfigurationSeen, type UpdatesSeen } from './plan-updates.js';
import type { EtcdStep, LifeStep, RegisterStep, SettingStep, Step, TakeStep } from './step.js';

/** What is known of a cluster; what is left out is not, and nothing is planned for it. */
export interface ClusterSeen {
  readonly wanted: readonly MemberSpec[];
  readonly members?: readonly Member[];
  /** Members without data that are there and are to be no more. */
  readonly dismissed?: readonly string[];
  readonly etcd?: EtcdSeen;
  readonly updates?: UpdatesSeen;
  readonly configurations?: readonly ConfigurationSeen[];
  readonly nodes?: NodesSeen;
}

export interface EtcdSeen {
  /** Whether it takes no more writes until it is given room. */
  readonly isFull: boolean;
  /** Whether it asks for a login, and all who need one have theirs. */
  readonly access: 'open' | 'lacks-users' | 'closed';
  /** Members with a Patroni that run. */
  readonly databases: readonly string[];
  /** Of these, members that it has forgotten. */
  readonly stranded: readonly string[];
}

export interface NodesSeen {
  readonly desired: DesiredCluster;
  readonly state: ClusterState;
}

/** What brings a cluster to its spec, stage by stage, in an order in which no step takes from another what that needs. */
export interface Plan {
  /** Members that are created, and the lives of etcd, which all others log in to. */
  readonly foundation: readonly LifeStep[];
  /** Before anyone else begins a life. */
  readonly etcd: readonly (LifeStep | EtcdStep)[];
  readonly lives: readonly LifeStep[];
  /** What members whose lives go on take, one after the other. */
  readonly takes: readonly (TakeStep | EtcdStep)[];
  /** Once there are leaders. */
  readonly settings: readonly SettingStep[];
  readonly nodes: readonly RegisterStep[];
}

/** Of all that can be seen, or of the part that one stage goes by. */
export function planCluster(seen: ClusterSeen): Plan {
  const { wanted, members, dismissed = [], etcd, updates, configurations, nodes } = seen;
  const lives = members ? planLives(wanted, members) : [];
  const takes = updates ? planTakes(updates) : [];
  const isOfEtcd = ({ member }: LifeStep | TakeStep) =>
    wanted.some(({ name, kind }) => name === member && kind === 'etcd');
  const isFirst = (step: LifeStep) => step.action === 'create' || isOfEtcd(step);
  return {
    foundation: lives.filter(isFirst),
    etcd: etcd ? planEtcd(etcd) : [],
    lives: [
      ...dismissed.map((member) => ({ action: 'remove', member }) as const),
      ...lives.filter((step) => !isFirst(step)),
    ],
    takes: [
      // A Patroni that was only taught its login may not log in again to an etcd that restarts.
      ...takes.filter(isOfEtcd),
      ...(etcd ? planLateClosing(etcd) : []),
      ...takes.filter((step) => !isOfEtcd(step)),
    ],
    settings: configurations ? planSettings(configurations) : [],
    nodes: nodes ? planBootstrap(nodes.desired, nodes.state).map((step) => ({ action: 'register', step })) : [],
  };
}

/** In their order. */
export function stepsOf({ foundation, etcd, lives, takes, settings, nodes }: Plan): readonly Step[] {
  return [...foundation, ...etcd, ...lives, ...takes, ...settings, ...nodes];
}

/** Those that etcd has forgotten are all stopped, so that none of them leads by what the others do not know yet. */
function planEtcd(etcd: EtcdSeen): Plan['etcd'] {
  return [
    ...(etcd.isFull ? [{ action: 'compact-etcd' } as const] : []),
    ...etcd.stranded.map((member) => ({ action: 'stop', member }) as const),
    ...(etcd.access === 'closed' || isClosedLate(etcd) ? [] : [{ action: 'close-etcd' } as const]),
  ];
}

function planLateClosing(etcd: EtcdSeen): Plan['takes'] {
  if (!isClosedLate(etcd)) return [];
  return [...living(etcd).map((member) => ({ action: 'teach-login', member }) as const), { action: 'close-etcd' }];
}

/** A Patroni that goes on without a login would be locked out: each is taught its own first. */
function isClosedLate(etcd: EtcdSeen): boolean {
  return etcd.access === 'open' && living(etcd).length > 0;
}

function living({ databases, stranded }: EtcdSeen): readonly string[] {
  return databases.filter((name) => !stranded.includes(name));
}
