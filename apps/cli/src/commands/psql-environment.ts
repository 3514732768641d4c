import type { ServerAddress } from '@citus-ha/citus';

/** What the caller may say about a session; all else of PG... would lead to another server, or keep psql from this one. */
const kept = [
  'PGAPPNAME',
  'PGCLIENTENCODING',
  'PGCONNECT_TIMEOUT',
  'PGDATESTYLE',
  'PGGEQO',
  'PGLOCALEDIR',
  'PGOPTIONS',
  'PGTZ',
];

/** The environment of a psql that connects to the server, whatever libpq's variables are in the caller's. */
export function psqlEnvironment(
  caller: NodeJS.ProcessEnv,
  { host, port, user, database }: ServerAddress,
  passFile: string,
): NodeJS.ProcessEnv {
  const own = Object.entries(caller).filter(([name]) => !name.startsWith('PG') || kept.includes(name));
  return {
    ...Object.fromEntries(own),
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGPASSFILE: passFile,
  };
}
