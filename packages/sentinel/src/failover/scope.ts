import type { MemberSpec } from '@citus-ha/config';
import { CodedError, isRecord, parseJson } from '@citus-ha/core';
import { readLeader, type Dcs, type EtcdKey, type LeaderKey } from '@citus-ha/dcs';

/** What Patroni keeps in etcd of who may lead, as it was read before any proof. */
export interface ScopeSeen {
  /** `undefined` where nobody holds the lock, which proves nothing. */
  readonly leader: LeaderKey | undefined;
  /** What a change of the leader also goes by; they must not have changed either. */
  readonly guards: readonly EtcdKey[];
  readonly isPaused: boolean;
  /** `undefined` where acknowledged writes may be on the leader alone. */
  readonly sync: Sync | undefined;
  /** Members whose Patroni tells that their PostgreSQL runs. */
  readonly running: readonly string[];
  /** Those whose Patroni tells that it has crashed, or could not be started or stopped. */
  readonly failed: readonly string[];
}

/** Who has every acknowledged write, and how many of them a new leader must have heard besides itself. */
export interface Sync {
  readonly leader: string | undefined;
  readonly standbys: readonly string[];
  readonly quorum: number;
}

/**
 * @param path Of the scope's keys, with a slash at the end: `/service/citusap/0/`.
 * @throws CodedError as etcd does, and `ETCD_BAD_ANSWER` where Patroni's configuration is not there or is no JSON: by what is not
 * known nobody is deposed.
 */
export async function readScope(
  dcs: Pick<Dcs, 'get'>,
  path: string,
  members: readonly MemberSpec[],
): Promise<ScopeSeen> {
  const [leader, config, sync, ...told] = await Promise.all([
    readLeader(dcs, path),
    dcs.get(`${path}config`),
    dcs.get(`${path}sync`),
    ...members.map(({ name }) => dcs.get(`${path}members/${name}`)),
  ]);
  const settings = settingsOf(path, config);
  const states = told.map((key) => String(objectOf(key)?.['state']));
  const namesWhere = (isIt: (state: string) => boolean) =>
    members.filter((_, index) => isIt(states[index] ?? '')).map(({ name }) => name);
  return {
    leader,
    guards: [config, sync].filter((key) => key !== undefined),
    isPaused: settings['pause'] === true,
    sync: isSynchronous(settings['synchronous_mode']) ? syncOf(objectOf(sync) ?? {}) : undefined,
    running: namesWhere((state) => state === 'running'),
    failed: namesWhere((state) => /crashed|failed/.test(state)),
  };
}

/** Patroni's maintenance mode. @throws CodedError as {@link readScope} does. */
export async function isScopePaused(dcs: Pick<Dcs, 'get'>, path: string): Promise<boolean> {
  return settingsOf(path, await dcs.get(`${path}config`))['pause'] === true;
}

function settingsOf(path: string, config: EtcdKey | undefined): Readonly<Record<string, unknown>> {
  const settings = objectOf(config);
  if (settings === undefined) throw new CodedError('ETCD_BAD_ANSWER', `${path}config is not there`);
  return settings;
}

function isSynchronous(mode: unknown): boolean {
  return ![undefined, null, false, 'off', 'false', 'no', ''].includes(mode as string | undefined);
}

function syncOf({ leader, sync_standby: standbys, quorum }: Readonly<Record<string, unknown>>): Sync {
  return {
    leader: typeof leader === 'string' ? leader : undefined,
    standbys: typeof standbys === 'string' ? standbys.split(',').map((name) => name.trim()) : [],
    quorum: Number(quorum ?? 0),
  };
}

function objectOf(key: EtcdKey | undefined): Readonly<Record<string, unknown>> | undefined {
  if (key === undefined) return undefined;
  const refuse = (problem: string) => new CodedError('ETCD_BAD_ANSWER', `${key.key}: ${problem}`);
  const value = parseJson(key.value, refuse);
  if (isRecord(value)) return value;
  throw refuse('it is no object');
}
