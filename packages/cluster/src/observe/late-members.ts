import type { Unanswered } from './read-patroni.js';

export interface Answers {
  /** Members whose Patroni said nothing itself. */
  readonly unanswered: ReadonlyMap<string, Unanswered>;
  /** Members that are in etcd, whose keys there end some time after their Patroni does. */
  readonly listed: readonly string[];
  /** Members whose PostgreSQL answered. */
  readonly sql: readonly string[];
  /** Members of which an answer in SQL did not come in time. */
  readonly lateSql: readonly string[];
}

/**
 * Members that are alive though not all of their answers came in time: a busy member is not a dead one. One of which nothing
 * came may be either.
 */
export function lateAmong(
  running: readonly string[],
  { unanswered, listed, sql, lateSql }: Answers,
): readonly string[] {
  return running.filter((name) => {
    if (!unanswered.has(name)) return lateSql.includes(name);
    return unanswered.get(name) === 'late' && listed.includes(name) && sql.includes(name);
  });
}
