import type { ClusterSpec } from './cluster-spec.js';
import { parseBoolean, parseInteger, type ParameterValue } from './parameter-value.js';

/** A PostgreSQL parameter with a value by which the cluster would lose what it has acknowledged, or not replicate. */
export interface UnsafeParameter {
  readonly name: string;
  readonly value: ParameterValue;
  /** What it breaks. */
  readonly message: string;
}

type Judge = (value: ParameterValue, spec: Pick<ClusterSpec, 'durability' | 'coordinators'>) => string | undefined;

/** PostgreSQL's manual, `synchronous_commit`: an enumeration, also by these spellings, whole words only. */
const commitsWaiting = ['on', 'true', 'yes', '1', 'remote_apply'];
const commitsNotWaiting = ['off', 'false', 'no', '0', 'local'];

const judges: Readonly<Record<string, Judge>> = {
  synchronous_commit: (value, { durability }) => {
    const word = String(value).trim().toLowerCase();
    if (commitsWaiting.includes(word)) return undefined;
    if (word === 'remote_write') {
      return durability === 'async'
        ? undefined
        : 'a standby whose machine fails may lose what it only took into memory';
    }
    if (!commitsNotWaiting.includes(word)) return 'PostgreSQL takes on, remote_apply, remote_write, local and off';
    return durability === 'async' ? undefined : `commits that wait for no standby break durability ${durability}`;
  },
  fsync: mustBe(true, 'a crash of the machine corrupts the data'),
  full_page_writes: mustBe(true, 'a crash of the machine corrupts the data'),
  data_sync_retry: mustBe(false, 'data that the disk refused would be taken for written'),
  zero_damaged_pages: mustBe(false, 'damaged pages would be emptied without a word'),
  ignore_checksum_failure: mustBe(false, 'damaged pages would be served without a word'),
  max_wal_senders: atLeast(3),
  max_replication_slots: atLeast(4),
  'citus.recover_2pc_interval': () =>
    'a coordinator that only thinks it leads would roll back what the leader is committing',
};

/** Names of the parameters that are judged; only these can be allowed under `postgres.unsafe`. */
export const judgedParameters: readonly string[] = Object.keys(judges);

/** Which of these parameters break what the spec promises, judged as PostgreSQL reads them, unless `postgres.unsafe` names them. */
export function unsafeParameters(
  spec: Pick<ClusterSpec, 'durability' | 'coordinators' | 'postgres'>,
  parameters: Readonly<Record<string, ParameterValue>>,
): readonly UnsafeParameter[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const known = name.toLowerCase();
    if (spec.postgres.unsafe.includes(known) || !Object.hasOwn(judges, known)) return [];
    const message = judges[known]?.(value, spec);
    return message === undefined ? [] : [{ name, value, message }];
  });
}

function mustBe(wanted: boolean, otherwise: string): Judge {
  return (value) => {
    const given = parseBoolean(value);
    return given === wanted ? undefined : given === undefined ? 'PostgreSQL takes on and off' : otherwise;
  };
}

/** Patroni takes its own default in place of fewer than this, without a word (Patroni manual, "PostgreSQL parameters controlled by Patroni"). */
function atLeast(patroniMinimum: number): Judge {
  return (value, { coordinators: { count } }) => {
    const needed = Math.max(patroniMinimum, count + 2);
    const given = parseInteger(value);
    return given !== undefined && given >= needed
      ? undefined
      : `${count} coordinators replicate with ${needed} or more`;
  };
}
