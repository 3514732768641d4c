import type { ClusterSpec, PasswordSource } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { Certificates, Secrets } from './site.js';

/** The record's name: its key in the store of a cluster, and of the file among rendered ones. */
export const recordName = 'cluster.json';
const newest = 2;

/** What a cluster keeps for its whole life, as JSON. Version 2. */
export interface ClusterRecord {
  readonly version: typeof newest;
  readonly engine: 'citus' | 'standin';
  readonly secrets: Secrets;
  /** With Citus, since nodes of the stand-in log in by password alone. */
  readonly certificates?: Certificates;
  /** By which the cluster was made, or to which an `up` brought it last. */
  readonly spec: AppliedSpec;
  /** The spec of an `up` that is under way, or did not get to its end. */
  readonly pending?: ClusterSpec;
  /** Names of PostgreSQL parameters that may be set still besides those of the specs, by runs that did not get to their end. */
  readonly parameters?: readonly string[];
}

/** A spec of which not everything may be known: what is not is absent. */
export type AppliedSpec = PartOf<ClusterSpec>;

type PartOf<T> = T extends readonly unknown[] | PasswordSource
  ? T
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T]?: PartOf<T[K]> }
    : T;

/** The record of a cluster that is to be, or has been brought to what the spec says, as far as that is known. */
export function createRecord({ engine, secrets, certificates }: KeptForLife, spec: AppliedSpec): ClusterRecord {
  return { version: newest, engine, secrets, ...(certificates && { certificates }), spec };
}

/** What no change of the spec changes. */
interface KeptForLife extends Pick<ClusterRecord, 'engine' | 'secrets'> {
  readonly certificates?: Certificates | undefined;
}

/** Names of all PostgreSQL parameters that cluster.yaml may have set in the servers: one that is left out later is unset by them. */
export function parametersSet({ spec, pending, parameters = [] }: ClusterRecord): readonly string[] {
  const named = [spec.postgres?.parameters ?? {}, pending?.postgres.parameters ?? {}].flatMap(Object.keys);
  return [...new Set([...parameters, ...named])];
}

/**
 * Reads a record of any version there was; `undefined` for what is no record.
 *
 * @param file What messages call it.
 * @throws CodedError `RECORD_NEWER` for one of a version that is yet to come.
 */
export function parseRecord(text: string, file: string): ClusterRecord | undefined {
  const record = readJson(text);
  if (typeof record?.version === 'number' && record.version > newest) throw newer(file, record.version);
  if (!record?.engine || !record.secrets?.superuser || !record.secrets.replication) return undefined;
  if (record.version === undefined) return fromFirst(record as FirstRecord);
  return record.version === newest && record.spec ? (record as ClusterRecord) : undefined;
}

function readJson(text: string): Partial<Omit<ClusterRecord, 'version'> & { readonly version: unknown }> | null {
  try {
    return JSON.parse(text) as ClusterRecord | null;
  } catch {
    return null;
  }
}

function newer(file: string, version: number): CodedError {
  return new CodedError(
    'RECORD_NEWER',
    `${file} is of version ${version}, this citus-ha knows those up to ${newest}: a newer one wrote it`,
    { blame: 'user', fix: 'Use the citus-ha that wrote it, or a newer one.' },
  );
}

/** Version 1, which had no number yet: some keys of the spec, and of its parameters the names. */
interface FirstRecord extends Pick<ClusterRecord, 'engine' | 'secrets' | 'certificates' | 'parameters'> {
  readonly etcdCount?: number;
  readonly superuser?: string;
  readonly database?: string;
  readonly replication?: string;
  readonly proxy?: Pick<ClusterSpec['proxy'], 'bind' | 'ports'>;
}

function fromFirst(record: FirstRecord): ClusterRecord {
  const { etcdCount, superuser, database, replication, proxy, ...kept } = record;
  return {
    version: newest,
    ...kept,
    spec: {
      ...(database !== undefined && { postgres: { database } }),
      credentials: {
        ...(superuser !== undefined && { superuser }),
        ...(replication !== undefined && { replication }),
      },
      ...(etcdCount !== undefined && { etcd: { count: etcdCount } }),
      ...(proxy && { proxy }),
    },
  };
}
