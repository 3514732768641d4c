import { expect, it } from 'vitest';
import { psqlEnvironment } from './psql-environment.js';

const server = { host: '127.0.0.1', port: 5000, user: 'postgres', database: 'shop', password: 'its own' };
const own = { PGHOST: '127.0.0.1', PGPORT: '5000', PGUSER: 'postgres', PGDATABASE: 'shop', PGPASSFILE: '/tmp/pass' };

it("leads psql nowhere else, whatever the caller's variables of libpq say", () => {
  const elsewhere = ['PGPASSWORD', 'PGHOSTADDR', 'PGSERVICE', 'PGSERVICEFILE', 'PGSSLMODE', 'PGTARGETSESSIONATTRS'];
  const caller = Object.fromEntries([...elsewhere, ...Object.keys(own)].map((name) => [name, 'elsewhere']));
  expect(psqlEnvironment(caller, server, '/tmp/pass')).toEqual(own);
});

it('keeps what the caller says about sessions, psql and all else', () => {
  const caller = { PATH: '/bin', PAGER: 'less', PSQL_PAGER: 'cat', PGOPTIONS: '-c work_mem=8MB', PGTZ: 'UTC' };
  expect(psqlEnvironment(caller, server, '/tmp/pass')).toEqual({ ...caller, ...own });
});
