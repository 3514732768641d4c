import type { BootstrapStep } from '@citus-ha/citus';
import type { Cost, Json, PlannedStep, SettingStep } from '@citus-ha/cluster';

/** A line of a plan: what stands before and behind the names of all that it is about. */
interface Phrase {
  readonly before: string;
  readonly name: string;
  readonly after?: string;
}

/** A plan for people, a line for all that is alike, in the order in which it is begun. */
export function planLines(plan: readonly PlannedStep[]): readonly string[] {
  const lines = new Map<string, { readonly phrase: Phrase; readonly names: string[] }>();
  for (const phrase of plan.map((step) => phraseOf(step, plan))) {
    const key = `${phrase.before}\n${phrase.after}`;
    const names = lines.get(key)?.names ?? [];
    lines.set(key, { phrase, names: names.includes(phrase.name) ? names : [...names, phrase.name] });
  }
  return [...lines.values()].map(({ phrase: { before, after = '' }, names }) => `${before}${names.join(', ')}${after}`);
}

function phraseOf(step: PlannedStep, plan: readonly PlannedStep[]): Phrase {
  switch (step.action) {
    case 'compact-etcd':
      return { before: 'compact and defragment ', name: 'etcd' };
    case 'close-etcd':
      return { before: 'close ', name: 'etcd', after: ' to strangers' };
    case 'teach-login':
      return { before: 'teach ', name: step.member, after: ' the login to etcd' };
    case 'set':
      return phraseOfSetting(step, plan);
    case 'register':
      return phraseOfNode(step.step);
    default:
      return { before: `${step.action} `, name: step.member, after: costs[step.cost] };
  }
}

const costs: Readonly<Record<Cost, string>> = {
  none: '',
  'leader-moves': ' (the leader moves: a moment without writes)',
  'shards-away': ' (their shards are away meanwhile)',
  'connections-cut': ' (connections are cut)',
};

/** Whether it waits for a restart is said for all groups that get it. */
function phraseOfSetting(step: SettingStep, plan: readonly PlannedStep[]): Phrase {
  const change = changeOf(step);
  const isPending = plan.some((one) => one.action === 'set' && one.pendingRestart && changeOf(one) === change);
  return {
    before: `set ${change} (`,
    name: step.group,
    after: `)${isPending ? ', in force after a restart of theirs' : ''}`,
  };
}

function changeOf({ setting, from, to }: SettingStep): string {
  return `${setting} ${shown(from)} -> ${shown(to)}`;
}

function shown(value: Json): string {
  if (value === null) return '(unset)';
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}

function phraseOfNode(step: BootstrapStep): Phrase {
  switch (step.kind) {
    case 'createDatabase':
      return { before: `create the database ${step.database} on `, name: step.server };
    case 'createStatistics':
      return { before: 'create pg_stat_statements on ', name: step.server };
    case 'installEngine':
      return { before: 'install the engine on ', name: step.server };
    case 'createLogin':
      return { before: `create the role ${step.role} on `, name: step.server };
    case 'setCoordinatorHost':
      return { before: 'register the coordinator as ', name: step.node.host };
    case 'addNode':
      return { before: 'register ', name: step.node.host };
    case 'updateNode':
      return { before: `move node ${step.nodeId} to `, name: step.node.host };
  }
  return { before: 'activate ', name: step.node.host };
}
