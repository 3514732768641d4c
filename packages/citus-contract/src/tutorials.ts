import type { Concern } from './contract-case.js';

/** What the tutorials of Citus's manual do, as a role of an application does it. */
export const tutorials: Concern = {
  name: 'tutorials',
  prepared: 'with all nodes',
  asOrdinaryRole: true,
  cases: [
    {
      title: 'serves many tenants, each from the shards of its company',
      async run(context) {
        await context.execute(
          'CREATE TABLE companies (id bigint PRIMARY KEY, name text NOT NULL)',
          'CREATE TABLE campaigns (id bigint, company_id bigint, name text, budget bigint, PRIMARY KEY (company_id, id))',
          'CREATE TABLE ads (id bigint, company_id bigint, campaign_id bigint, clicks bigint, PRIMARY KEY (company_id, id))',
          `SELECT create_distributed_table('companies', 'id')`,
          `SELECT create_distributed_table('campaigns', 'company_id', colocate_with => 'companies')`,
          `SELECT create_distributed_table('ads', 'company_id', colocate_with => 'companies')`,
          `INSERT INTO companies SELECT n, 'company ' || n FROM generate_series(1, 20) n`,
          `INSERT INTO campaigns SELECT n, 1 + n % 20, 'campaign ' || n, 100 * n FROM generate_series(1, 60) n`,
          'INSERT INTO ads SELECT n, 1 + n % 20, 1 + (n - 1) % 60, n FROM generate_series(1, 200) n',
          'BEGIN',
          'UPDATE campaigns SET budget = budget + 1000 WHERE company_id = 5',
          'DELETE FROM ads WHERE company_id = 5 AND clicks < 50',
          'COMMIT',
        );
        return {
          oneTenant: await context.rows(
            `SELECT c.name, sum(a.clicks)::int AS clicks FROM campaigns c JOIN ads a ON a.company_id = c.company_id AND a.campaign_id = c.id
             WHERE c.company_id = 5 GROUP BY c.name ORDER BY c.name`,
          ),
          allTenants: await context.rows(
            `SELECT count(*)::int AS companies, sum(budget)::int AS budget FROM companies c JOIN campaigns p ON p.company_id = c.id`,
          ),
        };
      },
    },
    {
      title: 'rolls events up in real time',
      async run(context) {
        await context.execute(
          'CREATE TABLE hits (site int, at timestamptz, url text, status int)',
          'CREATE TABLE hits_by_minute (site int, minute timestamptz, hits bigint, errors bigint, PRIMARY KEY (site, minute))',
          `SELECT create_distributed_table('hits', 'site')`,
          `SELECT create_distributed_table('hits_by_minute', 'site', colocate_with => 'hits')`,
          `INSERT INTO hits SELECT n % 7, '2026-01-01 00:00Z'::timestamptz + n * interval '1 second', '/p/' || n % 5, CASE WHEN n % 10 = 0 THEN 500 ELSE 200 END
           FROM generate_series(1, 300) n`,
          `INSERT INTO hits_by_minute SELECT site, date_trunc('minute', at), count(*), count(*) FILTER (WHERE status >= 500)
           FROM hits GROUP BY 1, 2 ON CONFLICT (site, minute) DO UPDATE SET hits = excluded.hits, errors = excluded.errors`,
        );
        return context.rows(
          'SELECT site, sum(hits)::int AS hits, sum(errors)::int AS errors FROM hits_by_minute GROUP BY site ORDER BY site',
        );
      },
    },
    {
      title: 'keeps a time series in partitions of distributed tables',
      async run(context) {
        await context.execute(
          'CREATE TABLE measured (device int, at timestamptz NOT NULL, value int) PARTITION BY RANGE (at)',
          `CREATE TABLE measured_jan PARTITION OF measured FOR VALUES FROM ('2026-01-01 00:00Z') TO ('2026-02-01 00:00Z')`,
          `SELECT create_distributed_table('measured', 'device')`,
          `CREATE TABLE measured_feb PARTITION OF measured FOR VALUES FROM ('2026-02-01 00:00Z') TO ('2026-03-01 00:00Z')`,
          `INSERT INTO measured SELECT n % 9, '2026-01-25 00:00Z'::timestamptz + n * interval '1 hour', n FROM generate_series(1, 300) n`,
          'CREATE INDEX ON measured (at)',
        );
        const all = await context.rows('SELECT count(*)::int AS rows, sum(value)::int AS sum FROM measured');
        await context.execute('DROP TABLE measured_jan');
        return { all, left: await context.rows('SELECT count(*)::int AS rows FROM measured') };
      },
    },
    {
      title: "is kept from what is the superuser's alone",
      run: async (context) => ({
        passwords: (await context.refusal('SELECT * FROM pg_authid')).sqlstate,
        nodes: (await context.refusal(`SELECT citus_add_node('nowhere', 5432)`)).sqlstate,
      }),
    },
  ],
};
