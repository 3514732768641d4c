import type { Cost, Json, PlannedStep, SettingStep } from '@citus-ha/cluster';

/** A plan for people, a line for each kind of step. */
export function planLines(plan: readonly PlannedStep[]): readonly string[] {
  const ofMembers = (['create', 'resume', 'start', 'reload', 'restart'] as const).flatMap((action) => {
    const steps = plan.flatMap((one) => (one.action === action ? [one] : []));
    return [...new Set(steps.map(({ cost }) => cost))].map((cost) => {
      const members = steps.filter((one) => one.cost === cost).map(({ member }) => member);
      return `${action} ${members.join(', ')}${costs[cost]}`;
    });
  });
  const settings = plan.filter((step) => step.action === 'set');
  const changes = new Set(settings.map(changeOf));
  const ofSettings = [...changes].map((change) => {
    const groups = settings.filter((step) => changeOf(step) === change).map(({ group }) => group);
    const pending = settings.some((step) => step.pendingRestart && changeOf(step) === change);
    return `set ${change} (${groups.join(', ')})${pending ? ', in force after a restart of theirs' : ''}`;
  });
  return [...ofMembers, ...ofSettings];
}

const costs: Readonly<Record<Cost, string>> = {
  none: '',
  'leader-moves': ' (the leader moves: a moment without writes)',
  'shards-away': ' (their shards are away meanwhile)',
  'connections-cut': ' (connections are cut)',
};

function changeOf({ setting, from, to }: SettingStep): string {
  return `${setting} ${shown(from)} -> ${shown(to)}`;
}

function shown(value: Json): string {
  if (value === null) return '(unset)';
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
