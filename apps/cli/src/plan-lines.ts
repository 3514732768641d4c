import type { Json, SettingStep, UpStep } from '@citus-ha/cluster';

/** A plan for people, a line for each kind of step. */
export function planLines(plan: readonly UpStep[]): readonly string[] {
  const ofMembers = (['create', 'resume', 'start', 'reload', 'restart'] as const).flatMap((action) => {
    const members = plan.flatMap((step) => (step.action === action ? [step.member] : []));
    return members.length > 0 ? [`${action} ${members.join(', ')}`] : [];
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

function changeOf({ setting, from, to }: SettingStep): string {
  return `${setting} ${shown(from)} -> ${shown(to)}`;
}

function shown(value: Json): string {
  if (value === null) return '(unset)';
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}
