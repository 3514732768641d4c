-- Shards: ordinary tables on the workers. The distributed table itself stays the ordinary table that it was, always empty,
-- and the foreign tables pg_standin.shard_ID inherit from it: reads, updates and deletes reach the shards through them.

CREATE OR REPLACE FUNCTION pg_standin.shard_table(rel regclass, shardid bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('%I.%I', nspname, relname || '_' || $2) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = $1
$$;

CREATE OR REPLACE FUNCTION pg_standin.column_definition(a pg_attribute) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
    || coalesce((SELECT format(' COLLATE %I.%I', nspname, collname) FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace
      JOIN pg_type t ON t.oid = a.atttypid WHERE c.oid = a.attcollation AND a.attcollation <> t.typcollation), '')
    || CASE WHEN a.attgenerated = 's' THEN (SELECT format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, adrelid))
      FROM pg_attrdef WHERE adrelid = a.attrelid AND adnum = a.attnum) ELSE '' END
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
$$;

-- The index of one shard; its name is the index's own with the shard's id, as Citus names it.
CREATE OR REPLACE FUNCTION pg_standin.index_command(index regclass, shard text, shardid text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('CREATE %sINDEX %I ON %s USING %s', CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname || '_' || $3, $2,
    substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ') + 7))
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.oid = $1
$$;

CREATE OR REPLACE FUNCTION pg_standin.create_shard_command(pattern regclass, shard text, shardid bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('CREATE TABLE %s (%s); %s', $2,
    (SELECT string_agg(part, ', ' ORDER BY kind, n) FROM (
      SELECT 1 AS kind, attnum::int AS n, pg_standin.column_definition(a) AS part
      FROM pg_attribute a WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT 2, oid::int, format('CONSTRAINT %I %s', conname || CASE WHEN contype = 'c' THEN '' ELSE '_' || $3 END, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid = $1 AND contype IN ('p', 'u', 'x', 'c')) parts),
    (SELECT string_agg(pg_standin.index_command(indexrelid, $2, $3::text) || ';', ' ' ORDER BY indexrelid)
     FROM pg_index WHERE indrelid = $1
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)))
$$;

-- Notes the placements of a new shard and creates them, over the connection that its rows will take.
CREATE OR REPLACE FUNCTION pg_standin.create_shard_on(rel regclass, shard bigint, groups jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pg_dist_placement (shardid, shardstate, shardlength, groupid)
  SELECT shard, 1, 0, groupid::int FROM jsonb_array_elements_text(groups) groupid;
  PERFORM pg_standin.set_server(pg_standin.server_name(rel, shard), hosts, ports) FROM pg_standin.placement_hosts(shard);
  PERFORM pg_standin.run_at(pg_standin.server_name(rel, shard), pg_standin.create_shard_call(rel, shard, groups));
  PERFORM pg_standin.attach_shard(rel, shard);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.create_shard_call(rel regclass, shard bigint, groups jsonb) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('SELECT pg_standin.create_shard(%L, %s, %L, %L)', pg_standin.shard_table(rel, shard), shard, groups,
    pg_standin.create_shard_command(rel, pg_standin.shard_table(rel, shard), shard))
$$;

CREATE OR REPLACE FUNCTION pg_standin.drop_placement(rel regclass, shardid bigint, groupid int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_standin.run(groupid, format('SELECT pg_standin.drop_shard(%L, %s)', pg_standin.shard_table(rel, shardid), shardid));
  DELETE FROM pg_dist_placement p WHERE p.shardid = $2 AND p.groupid = $3;
END
$$;

-- Drops the shards of a table, which may be gone already, and all that the catalogs say of it.
CREATE OR REPLACE FUNCTION pg_standin.drop_shards(rel oid, schema name, name name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  table_row pg_dist_partition;
  shard bigint;
BEGIN
  PERFORM pg_standin.drop_local_copy(to_regclass(format('%I.%I', schema, name || '_' || shardid)))
  FROM pg_dist_shard JOIN pg_dist_placement USING (shardid) WHERE logicalrelid = rel AND groupid = 0;
  PERFORM pg_standin.run_at(pg_standin.shard_server(shardid), format('SELECT pg_standin.run_on_siblings(%s, %L)', shardid,
    format('SELECT pg_standin.drop_shard(%L, %s)', format('%I.%I', schema, name || '_' || shardid), shardid)))
  FROM pg_dist_shard WHERE logicalrelid = rel ORDER BY shardid;
  FOR shard IN SELECT shardid FROM pg_dist_shard WHERE logicalrelid = rel LOOP
    EXECUTE format('DROP FOREIGN TABLE pg_standin.%I', 'shard_' || shard);
  END LOOP;
  DELETE FROM pg_dist_placement WHERE shardid IN (SELECT shardid FROM pg_dist_shard WHERE logicalrelid = rel);
  DELETE FROM pg_dist_shard WHERE logicalrelid = rel;
  DELETE FROM pg_standin.definition WHERE logicalrelid = rel;
  DELETE FROM pg_dist_partition WHERE logicalrelid = rel RETURNING * INTO table_row;
  DELETE FROM pg_dist_colocation c WHERE c.colocationid = table_row.colocationid AND table_row.repmodel <> 't'
    AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE colocationid = table_row.colocationid);
END
$$;

-- Copies a shard from an active placement to a node. Writers of the table wait until the copy is committed everywhere.
CREATE OR REPLACE FUNCTION pg_standin.copy_shard(rel regclass, shardid bigint, target int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  source int;
BEGIN
  IF EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND relation = rel AND mode = 'RowExclusiveLock' AND granted) THEN
    RAISE EXCEPTION 'cannot copy shards of % in a transaction that has written to it', rel
      USING ERRCODE = 'active_sql_transaction', HINT = 'Commit first.';
  END IF;
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', rel);
  SELECT w.groupid INTO source FROM pg_dist_placement p JOIN pg_standin.active_workers() w USING (groupid)
  WHERE p.shardid = $2 AND p.groupid <> target ORDER BY p.placementid LIMIT 1;
  PERFORM pg_standin.run(target, pg_standin.create_shard_call(rel, shardid, '[]'));
  INSERT INTO pg_dist_placement (shardid, shardstate, shardlength, groupid) VALUES ($2, 1, 0, target);
  -- Connections that are open already do not forward to the new placement yet: see guard_write().
  PERFORM set_config('pg_standin.copied_shards', 'yes', true);
  IF source IS NOT NULL THEN
    PERFORM pg_standin.run(target, format('SELECT pg_standin.pull_shard(%L, %s)', pg_standin.shard_table(rel, shardid), source));
  END IF;
END
$$;

-- Tables of one co-location group whose shards are on the same nodes share a server, hence one connection and pushed-down joins.
CREATE OR REPLACE FUNCTION pg_standin.server_name(rel regclass, shardid bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN t.repmodel = 't' THEN 'citus_reference' ELSE format('citus_%s_%s', t.colocationid,
    (SELECT string_agg(groupid::text, '_' ORDER BY placementid) FROM pg_dist_placement p WHERE p.shardid = $2)) END
  FROM pg_dist_partition t WHERE t.logicalrelid = $1
$$;

-- The server that a shard is on now: its name tells where the shard was placed, its hosts are the placements that are left.
CREATE OR REPLACE FUNCTION pg_standin.shard_server(shardid bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
  WHERE f.ftrelid = to_regclass('pg_standin.shard_' || shardid)
$$;

CREATE OR REPLACE FUNCTION pg_standin.placement_hosts(shardid bigint, OUT hosts text[], OUT ports int[]) LANGUAGE sql STABLE AS $$
  SELECT array_agg(nodename ORDER BY placementid), array_agg(nodeport ORDER BY placementid)
  FROM pg_dist_placement p JOIN pg_standin.active_workers() w USING (groupid) WHERE p.shardid = $1
$$;

-- No command moves a foreign table to another server, and a query that waits for one that is dropped meanwhile goes on
-- without it, hence without its rows. The ALTER waits for such queries and has the others look again.
CREATE OR REPLACE FUNCTION pg_standin.move_shard(foreign_table regclass, server oid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER FOREIGN TABLE %s OPTIONS (SET table_name %L)', foreign_table, (SELECT option_value
    FROM pg_foreign_table, pg_options_to_table(ftoptions) WHERE ftrelid = foreign_table AND option_name = 'table_name'));
  UPDATE pg_foreign_table SET ftserver = server WHERE ftrelid = foreign_table;
  UPDATE pg_depend SET refobjid = server WHERE classid = 'pg_class'::regclass AND objid = foreign_table
    AND refclassid = 'pg_foreign_server'::regclass;
END
$$;

-- Creates the foreign table of a shard on the server of its placements, or moves it there.
CREATE OR REPLACE FUNCTION pg_standin.attach_shard(rel regclass, shard bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  server text := pg_standin.server_name(rel, shard);
  key pg_attribute := pg_standin.key_column(rel);
  class pg_class;
BEGIN
  SELECT * INTO class FROM pg_class WHERE oid = rel;
  PERFORM pg_standin.set_server(server, hosts, ports) FROM pg_standin.placement_hosts(shard);
  IF to_regclass('pg_standin.shard_' || shard) IS NOT NULL THEN
    PERFORM pg_standin.move_shard(to_regclass('pg_standin.shard_' || shard), (SELECT oid FROM pg_foreign_server WHERE srvname = server));
    RETURN;
  END IF;
  EXECUTE format('CREATE FOREIGN TABLE pg_standin.%I (%s) INHERITS (%s) SERVER %I OPTIONS (schema_name %L, table_name %L)', 'shard_' || shard,
    -- By which the planner leaves the shard out: see teach_planner().
    (SELECT format('CHECK (%I OPERATOR(pg_standin.===) ''(%s,%s)''::pg_standin.shard)', key.attname, shardcount,
      (SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = rel AND shardid < shard))
     FROM pg_dist_colocation JOIN pg_dist_partition USING (colocationid) WHERE logicalrelid = rel AND key.attname IS NOT NULL),
    rel, server, (SELECT nspname FROM pg_namespace WHERE oid = class.relnamespace), class.relname || '_' || shard);
  -- Dropped by drop_shards(); a dependency would stand in the way of DROP TABLE, and change the order in which pg_dump
  -- writes tables.
  DELETE FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = to_regclass('pg_standin.shard_' || shard)
    AND refclassid = 'pg_class'::regclass AND refobjid = rel;
END
$$;

-- Brings servers here, and servers and siblings on every active worker, in line with the catalogs.
CREATE OR REPLACE FUNCTION pg_standin.sync_workers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  worker pg_dist_node;
  stale record;
BEGIN
  PERFORM pg_standin.set_node(groupid, nodename, nodeport) FROM pg_dist_node;
  FOR stale IN
    SELECT s.srvname, min(d.shardid) AS shardid FROM pg_dist_shard d
      JOIN pg_foreign_table f ON f.ftrelid = to_regclass('pg_standin.shard_' || d.shardid)
      JOIN pg_foreign_server s ON s.oid = f.ftserver GROUP BY s.srvname
  LOOP
    PERFORM pg_standin.set_server(stale.srvname, hosts, ports) FROM pg_standin.placement_hosts(stale.shardid);
  END LOOP;
  FOR worker IN SELECT * FROM pg_standin.active_workers() LOOP
    PERFORM pg_standin.run(worker.groupid, format('SELECT pg_standin.set_topology(%L, %L)',
      (SELECT jsonb_agg(n) FROM pg_dist_node n),
      (SELECT coalesce(jsonb_object_agg(shardid, coalesce(groups, '[]')), '{}') FROM (
        SELECT p.shardid, jsonb_agg(p.groupid ORDER BY p.placementid) FILTER (WHERE p.groupid <> worker.groupid) AS groups
        FROM pg_dist_placement p JOIN pg_standin.active_workers() w USING (groupid)
        GROUP BY p.shardid HAVING bool_or(p.groupid = worker.groupid)) siblings)));
  END LOOP;
  FOR stale IN SELECT srvname FROM pg_foreign_server s WHERE srvname ~ '^citus_(\d+_|reference)'
    AND (SELECT count(*) FROM pg_foreign_table WHERE ftserver = s.oid) = 1
  LOOP
    PERFORM pg_standin.drop_server(stale.srvname);
  END LOOP;
END
$$;

-- On a worker: how to reach the nodes, and which of them have a placement of each shard here.
CREATE OR REPLACE FUNCTION pg_standin.set_topology(nodes jsonb, siblings jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_standin.set_node(groupid, nodename, nodeport) FROM jsonb_to_recordset(nodes) AS n (groupid int, nodename text, nodeport int);
  PERFORM pg_standin.set_siblings(key::bigint, value) FROM jsonb_each(siblings);
END
$$;
