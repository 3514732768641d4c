import type { ContractContext } from './contract-context.js';

/** A small chat: co-located tables, a reference table and a local one. Twelve rooms, two members and three messages each. */
export async function createChat(context: ContractContext): Promise<void> {
  await context.execute(
    'CREATE TABLE kinds (kind text PRIMARY KEY, label text NOT NULL)',
    'CREATE TABLE rooms (id bigint PRIMARY KEY, name text NOT NULL, kind text NOT NULL)',
    'CREATE TABLE room_members (room_id bigint, user_id int, PRIMARY KEY (room_id, user_id))',
    `CREATE TABLE messages (room_id bigint, id int, body text, sent_at timestamptz, likes numeric(6, 2),
                            PRIMARY KEY (room_id, id))`,
    'CREATE TABLE notes (room_id bigint PRIMARY KEY, note text)',
    `SELECT create_reference_table('kinds')`,
    `SELECT create_distributed_table('rooms', 'id')`,
    `SELECT create_distributed_table('room_members', 'room_id', colocate_with => 'rooms')`,
    `SELECT create_distributed_table('messages', 'room_id', colocate_with => 'rooms')`,
    `INSERT INTO kinds VALUES ('public', 'for everyone'), ('private', 'by invitation')`,
    `INSERT INTO rooms SELECT n, 'room ' || n, CASE n % 3 WHEN 0 THEN 'private' ELSE 'public' END
     FROM generate_series(1, 12) n`,
    'INSERT INTO room_members SELECT n, 100 * m + n FROM generate_series(1, 12) n, generate_series(1, 2) m',
    `INSERT INTO messages
     SELECT n, m, 'message ' || m || ' in room ' || n, timestamptz '2024-05-01 12:00+00' + n * interval '1 hour', n + m / 4.0
     FROM generate_series(1, 12) n, generate_series(1, 3) m`,
    `INSERT INTO notes VALUES (1, 'first'), (12, 'last'), (99, 'nowhere')`,
  );
}
