import type { Comparison } from '@citus-ha/runtime';
import { changesBy, type Json, type JsonObject } from '../configuration/json-patch.js';

export type UpdateStep = TakeStep | SettingStep;

/** How a running member takes its new definition: by a new life, or as Patroni can be told to. */
export interface TakeStep {
  readonly action: 'reload' | 'restart';
  readonly member: string;
}

/** A value in Patroni's dynamic configuration; null stands for none. */
export interface SettingStep {
  readonly action: 'set';
  /** `coordinators`, or a worker's name. */
  readonly group: string;
  /** A PostgreSQL parameter by its name, others as Patroni's manual names them. */
  readonly setting: string;
  readonly from: Json;
  readonly to: Json;
  /** Set where the server takes it only by a restart, which is not part of the plan. */
  readonly pendingRestart?: true;
}

/** What is known of a cluster before anything of it is touched; what is not is left out. */
export interface UpdatesSeen {
  /** Those whose life goes on. */
  readonly members: readonly {
    readonly name: string;
    readonly isDatabase: boolean;
    readonly comparison: Comparison;
  }[];
  /** The coordinator that leads. */
  readonly leader?: string | undefined;
  readonly configurations: readonly ConfigurationSeen[];
  /** Whether an earlier run ended before every member had taken its definition. */
  readonly unfinished: boolean;
  /** Whether Patroni has another password than it is to have, and so refuses to be told anything. */
  readonly passwordIsNew: boolean;
}

export interface ConfigurationSeen {
  readonly group: string;
  readonly current: JsonObject;
  readonly patch: JsonObject;
  /** PostgreSQL parameters that a server takes only when it starts. */
  readonly takenAtStart: readonly string[];
}

export function planUpdates(seen: UpdatesSeen): readonly UpdateStep[] {
  const { members, configurations, unfinished, passwordIsNew } = seen;
  const taken = members.flatMap(({ name, isDatabase, comparison }): readonly TakeStep[] => {
    const action = howToTake(comparison, { isDatabase: isDatabase && !passwordIsNew, unfinished });
    return action === undefined ? [] : [{ action, member: name }];
  });
  return [...taken, ...configurations.flatMap(settingsOf)];
}

/** What a running member has to do for its new definition, if anything: only Patroni takes one while its life goes on. */
export function howToTake(
  comparison: Comparison,
  { isDatabase, unfinished }: { readonly isDatabase: boolean; readonly unfinished: boolean },
): TakeStep['action'] | undefined {
  if (comparison === 'same' && !unfinished) return undefined;
  return isDatabase && comparison !== 'life' ? 'reload' : 'restart';
}

function settingsOf({ group, current, patch, takenAtStart }: ConfigurationSeen): readonly SettingStep[] {
  return changesBy(patch, current).map(({ path: [first, second, ...rest], from, to }) => {
    const isParameter = first === 'postgresql' && second === 'parameters' && rest.length > 0;
    const setting = (isParameter ? rest : [first, second, ...rest]).filter((part) => part !== undefined).join('.');
    const isPending = isParameter && takenAtStart.includes(setting.toLowerCase());
    return { action: 'set', group, setting, from, to, ...(isPending && { pendingRestart: true }) };
  });
}
