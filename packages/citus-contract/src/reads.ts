import type { ContractCase } from './contract-case.js';

/** A query whose rows are compared with those of Citus. */
function query(title: string, sql: string, values: readonly unknown[] = []): ContractCase {
  return { title, run: (context) => context.rows(sql, values) };
}

/** Reading rows, through one shard or through all of them. */
export const reads: readonly ContractCase[] = [
  query('reads one row by its key', 'SELECT * FROM rooms WHERE id = 7'),
  query('reads by a parameter', 'SELECT * FROM rooms WHERE id = $1', ['7']),
  {
    title: 'answers a prepared statement alike every time',
    run: (context) =>
      context.on(0, async (client) => {
        const text = 'SELECT name FROM rooms WHERE id = $1 AND kind <> $2';
        const names: unknown[] = [];
        for (let id = 1; id <= 12; id++) {
          const { rows } = await client.query<{ name: string }>({ name: 'room', text, values: [id, 'private'] });
          names.push(rows[0]?.name ?? null);
        }
        return names;
      }),
  },
  query('reads rows of several shards in order', 'SELECT * FROM rooms WHERE id IN (1, 5, 9) OR name = $1 ORDER BY id', [
    'room 12',
  ]),
  query('pages through all rows', 'SELECT id FROM rooms ORDER BY name DESC, id LIMIT 3 OFFSET 2'),
  query(
    'aggregates over all shards',
    `SELECT count(*), sum(likes), avg(likes)::numeric(10, 4), min(body), max(sent_at AT TIME ZONE 'UTC')::text AS latest,
            count(DISTINCT body), bool_and(likes > 0)
     FROM messages`,
  ),
  query(
    'groups over all shards',
    `SELECT kind, count(*), sum(id), array_agg(id ORDER BY id) AS ids
     FROM rooms GROUP BY kind HAVING count(*) > 1 ORDER BY kind`,
  ),
  query(
    'joins co-located tables',
    `SELECT r.name, count(DISTINCT m.id) AS messages, count(DISTINCT u.user_id) AS members
     FROM rooms r JOIN messages m ON m.room_id = r.id JOIN room_members u ON u.room_id = r.id
     WHERE r.id <= 4 GROUP BY r.id, r.name ORDER BY r.id`,
  ),
  query(
    'keeps unmatched rows in an outer join',
    `SELECT r.id, m.body FROM rooms r LEFT JOIN messages m ON m.room_id = r.id AND m.id = 2 AND m.likes > 10
     ORDER BY r.id`,
  ),
  query(
    'joins a reference table',
    'SELECT k.label, count(*) FROM rooms r JOIN kinds k USING (kind) GROUP BY k.label ORDER BY k.label',
  ),
  query(
    'joins a local table',
    'SELECT r.id, r.name, n.note FROM rooms r JOIN notes n ON n.room_id = r.id ORDER BY r.id',
  ),
  query('joins a reference table with a local one', `SELECT count(*) FROM kinds CROSS JOIN notes`),
  query(
    'reads through subqueries and common table expressions',
    `WITH busy AS (SELECT room_id, max(likes) AS likes FROM messages GROUP BY room_id HAVING max(likes) > 10)
     SELECT id, name, likes FROM rooms JOIN busy ON busy.room_id = rooms.id
     WHERE EXISTS (SELECT FROM room_members m WHERE m.room_id = rooms.id) ORDER BY id`,
  ),
];
