-- Views over the catalogs, with Citus's columns.

CREATE OR REPLACE FUNCTION pg_catalog.shard_name(object_name regclass, shard_id bigint) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT format(CASE WHEN pg_table_is_visible(c.oid) THEN '%2$I' ELSE '%I.%I' END, nspname, relname || '_' || shard_id)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = object_name
$$;

CREATE OR REPLACE FUNCTION pg_catalog.column_to_column_name(table_name regclass, column_var_text text) RETURNS text LANGUAGE sql STABLE STRICT AS $$
  SELECT attname::text FROM pg_attribute WHERE attrelid = table_name AND attnum = column_var_text::int
$$;

-- Of each placement on a worker that answers.
CREATE OR REPLACE FUNCTION pg_catalog.citus_shard_sizes(OUT shard_id int, OUT size bigint) RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  worker pg_dist_node;
  names text;
BEGIN
  FOR worker IN SELECT * FROM pg_standin.active_workers() LOOP
    SELECT string_agg(format('(%s, %L)', s.shardid, pg_standin.shard_table(s.logicalrelid, s.shardid)), ', ') INTO names
    FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) WHERE p.groupid = worker.groupid;
    CONTINUE WHEN names IS NULL OR NOT pg_standin.answers(worker.groupid);
    RETURN QUERY SELECT key::int, value::bigint FROM jsonb_each_text(pg_standin.run(worker.groupid,
      format('SELECT jsonb_object_agg(id, coalesce(pg_total_relation_size(to_regclass(name)), 0)) FROM (VALUES %s) shard (id, name)', names))::jsonb);
  END LOOP;
END
$$;

CREATE OR REPLACE VIEW pg_catalog.citus_shards AS
SELECT s.logicalrelid AS table_name, s.shardid, shard_name(s.logicalrelid, s.shardid) AS shard_name,
  CASE WHEN t.partkey IS NOT NULL THEN 'distributed' ELSE 'reference' END AS citus_table_type,
  t.colocationid AS colocation_id, n.nodename, n.nodeport, sizes.size AS shard_size
FROM pg_dist_shard s
  JOIN pg_dist_placement p ON p.shardid = s.shardid
  JOIN pg_dist_node n ON n.groupid = p.groupid
  JOIN pg_dist_partition t ON t.logicalrelid = s.logicalrelid
  LEFT JOIN (SELECT shard_id, max(size) AS size FROM citus_shard_sizes() GROUP BY shard_id) sizes ON sizes.shard_id = s.shardid
WHERE p.shardstate = 1
ORDER BY s.logicalrelid::text, s.shardid;

CREATE OR REPLACE VIEW pg_catalog.citus_tables AS
SELECT t.logicalrelid AS table_name,
  CASE WHEN t.partkey IS NOT NULL THEN 'distributed' ELSE 'reference' END AS citus_table_type,
  coalesce(column_to_column_name(t.logicalrelid, t.partkey), '<none>') AS distribution_column,
  t.colocationid AS colocation_id, pg_size_pretty(sizes.size) AS table_size,
  (SELECT count(*) FROM pg_dist_shard s WHERE s.logicalrelid = t.logicalrelid) AS shard_count,
  pg_get_userbyid(c.relowner) AS table_owner, 'heap'::name AS access_method
FROM pg_dist_partition t
  JOIN pg_class c ON c.oid = t.logicalrelid
  LEFT JOIN (SELECT s.logicalrelid, sum(size) AS size FROM citus_shard_sizes() JOIN pg_dist_shard s ON s.shardid = shard_id GROUP BY s.logicalrelid) sizes
    ON sizes.logicalrelid = t.logicalrelid
ORDER BY t.logicalrelid::text;

GRANT SELECT ON pg_catalog.citus_shards, pg_catalog.citus_tables TO PUBLIC;

DO $$
DECLARE
  administration text;
BEGIN
  FOREACH administration IN ARRAY ARRAY['citus_add_node(text, int, int, noderole, name)', 'citus_remove_node(text, int)',
    'citus_disable_node(text, int, bool)', 'citus_activate_node(text, int)', 'citus_update_node(int, text, int, bool, int)',
    'citus_set_coordinator_host(text, int, noderole, name)', 'citus_check_cluster_node_health()', 'citus_check_connection_to_node(text, int)', 'recover_prepared_transactions()',
    'replicate_table_shards(regclass, int, int, bigint[], shard_transfer_mode)']
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION pg_catalog.%s FROM PUBLIC', administration);
  END LOOP;
END
$$;

-- As for what initdb makes: pg_dump writes privileges in pg_catalog only where they differ from these.
DELETE FROM pg_init_privs WHERE objoid >= 16384 AND privtype = 'i';
INSERT INTO pg_init_privs
SELECT object.* FROM (
  SELECT oid AS objoid, 'pg_class'::regclass AS classoid, 0, 'i', relacl FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
  UNION ALL
  SELECT oid, 'pg_proc'::regclass, 0, 'i', proacl FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
) AS object
WHERE objoid >= 16384 AND relacl IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_init_privs known WHERE (known.objoid, known.classoid) = (object.objoid, object.classoid));
