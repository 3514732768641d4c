import type { Comparison } from '@citus-ha/runtime';
import type { MemberSpec } from '@citus-ha/config';
import { changesBy, type JsonObject } from '../configuration/json-patch.js';
import type { SettingStep, TakeStep } from './step.js';

/** How members compare with their definitions. */
export interface UpdatesSeen {
  /** Those whose life goes on. */
  readonly members: readonly {
    readonly name: string;
    readonly kind: MemberSpec['kind'];
    readonly isDatabase: boolean;
    readonly comparison: Comparison;
  }[];
  /** The coordinator that leads, where one says so. */
  readonly leader?: string | undefined;
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

/** One after the other, in {@link rollingOrder}. */
export function planTakes({ members, leader, unfinished, passwordIsNew }: UpdatesSeen): readonly TakeStep[] {
  return rollingOrder(members, leader).flatMap(({ name, isDatabase, comparison }): readonly TakeStep[] => {
    const action = howToTake(comparison, { isDatabase: isDatabase && !passwordIsNew, unfinished });
    return action === undefined ? [] : [{ action, member: name }];
  });
}

/** etcd first, then standbys and workers, then whoever leads, then the proxies, then the poolers. */
export function rollingOrder<T extends Pick<MemberSpec, 'name' | 'kind'>>(
  members: readonly T[],
  leader: string | undefined,
): readonly T[] {
  const ranks: Partial<Record<MemberSpec['kind'], number>> = { etcd: 0, proxy: 3, pooler: 4 };
  const rank = ({ name, kind }: T) => ranks[kind] ?? (name === leader ? 2 : 1);
  return members.toSorted((a, b) => rank(a) - rank(b));
}

/** What a running member has to do for its new definition, if anything: only Patroni takes one while its life goes on. */
export function howToTake(
  comparison: Comparison,
  { isDatabase, unfinished }: { readonly isDatabase: boolean; readonly unfinished: boolean },
): 'reload' | 'restart' | undefined {
  if (comparison === 'same' && !unfinished) return undefined;
  return isDatabase && comparison !== 'life' ? 'reload' : 'restart';
}

export function planSettings(configurations: readonly ConfigurationSeen[]): readonly SettingStep[] {
  return configurations.flatMap(settingsOf);
}

function settingsOf({ group, current, patch, takenAtStart }: ConfigurationSeen): readonly SettingStep[] {
  return changesBy(patch, current).map(({ path: [first, second, ...rest], from, to }) => {
    const isParameter = first === 'postgresql' && second === 'parameters' && rest.length > 0;
    const setting = (isParameter ? rest : [first, second, ...rest]).filter((part) => part !== undefined).join('.');
    const isPending = isParameter && takenAtStart.includes(setting.toLowerCase());
    return { action: 'set', group, setting, from, to, ...(isPending && { pendingRestart: true }) };
  });
}
