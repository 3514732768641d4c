import { coordinators, type ClusterSpec } from '@citus-ha/config';
import type { ClientBase } from 'pg';
import type { Problem } from './status.js';

/** A standby's replication slot on the leader. */
export interface Slot {
  readonly slot: string;
  /** `reserved`, `extended`, `unreserved` or `lost` (PostgreSQL manual, pg_replication_slots). */
  readonly walStatus: string | null;
  readonly heldBytes: number;
  /** `max_slot_wal_keep_size`; `null` where nothing bounds it. */
  readonly mostBytes: number | null;
}

export async function readSlots(client: ClientBase): Promise<readonly Slot[]> {
  const { rows } = await client.query<Slot>(slotsSql);
  return rows;
}

const slotsSql = `
SELECT slot_name AS slot, wal_status AS "walStatus",
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::float8 AS "heldBytes",
       (SELECT nullif(setting, '-1')::float8 * 1048576 FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS "mostBytes"
FROM pg_replication_slots
WHERE slot_type = 'physical'`;

/** WAL that is kept for a standby which does not fetch it: from half of what may be kept on; and what is lost already. */
export function slotProblems(spec: ClusterSpec, slots: readonly Slot[]): readonly Problem[] {
  return slots.flatMap(({ slot, walStatus, heldBytes, mostBytes }): readonly Problem[] => {
    // As Patroni names slots.
    const member = coordinators(spec).find(({ name }) => name.replaceAll(/[^a-z0-9_]/g, '_') === slot)?.name;
    if (member === undefined) return [];
    if (walStatus === 'lost') {
      return [
        {
          code: 'SLOT_LOST',
          member,
          message: `${member} cannot catch up any more: the leader has removed WAL that it lacks`,
          fix: `Copy it anew from the leader: \`citus-ha reinit ${member}\`, once it runs.`,
        },
      ];
    }
    if (mostBytes === null || heldBytes < mostBytes / 2) return [];
    return [
      {
        code: 'WAL_HELD',
        member,
        message: `the leader keeps ${size(heldBytes)} of WAL for ${member}, of at most ${size(mostBytes)}`,
        fix: `Start ${member} or see why it does not stream: past the limit it needs \`citus-ha reinit ${member}\`.`,
      },
    ];
  });
}

function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
