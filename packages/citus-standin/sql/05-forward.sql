-- On the workers: what is written to one placement is written to its siblings before the statement ends, so a write is
-- on all active placements or fails. The coordinator talks to one placement only, which keeps its foreign tables free of
-- triggers and postgres_fdw's batches whole.

-- The groups that a write to a shard must be forwarded to are answered by a function of the shard's own, which the
-- coordinator has replaced when they change: unlike a table, a function is looked up as committed last, whatever
-- snapshot the transaction has.
CREATE OR REPLACE FUNCTION pg_standin.set_siblings(shardid bigint, siblings jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  known jsonb;
BEGIN
  IF to_regprocedure(format('pg_standin.siblings_%s()', shardid)) IS NOT NULL THEN
    known := pg_standin.siblings(shardid);
  END IF;
  IF known IS DISTINCT FROM siblings THEN
    EXECUTE format('CREATE OR REPLACE FUNCTION pg_standin.siblings_%s() RETURNS jsonb LANGUAGE plpgsql AS %L',
      shardid, format('BEGIN RETURN %L; END', siblings));
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.siblings(shardid bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  siblings jsonb;
BEGIN
  EXECUTE format('SELECT pg_standin.siblings_%s()', shardid) INTO siblings;
  RETURN siblings;
END
$$;

-- Runs DDL on this placement of a shard and on its siblings, over the very connections that rows are forwarded on: only
-- these see what their own transaction has made.
CREATE OR REPLACE FUNCTION pg_standin.run_on_siblings(shardid bigint, command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_standin.run(sibling::int, command) FROM jsonb_array_elements_text(pg_standin.siblings(shardid)) sibling;
  EXECUTE command;
END
$$;

-- Creates a shard here and, where this is the first of its groups, on the others.
CREATE OR REPLACE FUNCTION pg_standin.create_shard(shard text, shardid bigint, groups jsonb, command text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own int := (SELECT groupid FROM pg_dist_local_group);
BEGIN
  EXECUTE 'DROP TABLE IF EXISTS ' || shard;
  EXECUTE command;
  PERFORM pg_standin.watch_shard(shard::regclass, shardid);
  PERFORM pg_standin.set_siblings(shardid,
    (SELECT coalesce(jsonb_agg(g ORDER BY n), '[]') FROM jsonb_array_elements(groups) WITH ORDINALITY AS e (g, n) WHERE g <> own::text::jsonb));
  IF groups -> 0 = own::text::jsonb THEN
    PERFORM pg_standin.run(sibling::int, format('SELECT pg_standin.create_shard(%L, %L, %L, %L)', shard, shardid, groups, command))
    FROM jsonb_array_elements_text(pg_standin.siblings(shardid)) sibling;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.drop_shard(shard text, shardid bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'DROP TABLE IF EXISTS ' || shard;
  EXECUTE format('DROP FUNCTION IF EXISTS pg_standin.siblings_%s()', shardid);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.forward() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  siblings jsonb := pg_standin.siblings(TG_ARGV[0]::bigint);
  removed text[];
  added text[];
  sibling int;
BEGIN
  IF siblings = '[]' THEN
    RETURN NULL;
  END IF;
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    SELECT array_agg(ROW(o.*)::text) INTO removed FROM old_rows o;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    SELECT array_agg(ROW(n.*)::text) INTO added FROM new_rows n;
  END IF;
  IF TG_OP <> 'TRUNCATE' AND removed IS NULL AND added IS NULL THEN
    RETURN NULL;
  END IF;
  FOR sibling IN SELECT jsonb_array_elements_text(siblings) LOOP
    PERFORM pg_standin.run(sibling, format('SELECT pg_standin.apply(%L, %L, %L)', TG_RELID::regclass, removed, added));
  END LOOP;
  RETURN NULL;
END
$$;

-- The other end of forward(): rows travel as text, removed ones are found by primary key, or as whole rows where there is
-- none; nothing removed and nothing added is a TRUNCATE. Its own changes fire no triggers.
CREATE OR REPLACE FUNCTION pg_standin.apply(shard regclass, removed text[], added text[]) RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica AS $$
DECLARE
  keys text;
  done bigint;
BEGIN
  IF removed IS NULL AND added IS NULL THEN
    EXECUTE format('TRUNCATE %s', shard);
  END IF;
  IF removed IS NOT NULL THEN
    SELECT string_agg(format('t.%1$I = (o.r).%1$I', a.attname), ' AND ') INTO keys
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = shard AND i.indisprimary;
    IF keys IS NOT NULL THEN
      EXECUTE format('DELETE FROM %1$s t USING (SELECT u::%1$s AS r FROM unnest($1) u OFFSET 0) o WHERE %2$s', shard, keys)
        USING removed;
    ELSE
      EXECUTE format($sql$DELETE FROM %s WHERE ctid IN (
          SELECT ctid FROM (SELECT ctid, ROW(t.*)::text AS image, row_number() OVER (PARTITION BY ROW(t.*)::text) AS nth FROM %s t) have
            JOIN (SELECT u AS image, count(*) FROM unnest($1) u GROUP BY u) gone USING (image)
          WHERE nth <= count)$sql$, shard, shard) USING removed;
    END IF;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(removed) THEN
      RAISE EXCEPTION 'placements of % differ: % rows to change, % found', shard, cardinality(removed), done
        USING ERRCODE = 'data_corrupted';
    END IF;
  END IF;
  IF added IS NOT NULL THEN
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %3$s FROM (SELECT u::%1$s AS r FROM unnest($1) u OFFSET 0) n',
      shard, pg_standin.insertable_columns(shard), pg_standin.insertable_columns(shard, '(n.r).')) USING added;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.watch_shard(shard regclass, shardid bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER forward_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.forward(%L)', shard, shardid);
  EXECUTE format('CREATE TRIGGER forward_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.forward(%L)', shard, shardid);
  EXECUTE format('CREATE TRIGGER forward_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.forward(%L)', shard, shardid);
  EXECUTE format('CREATE TRIGGER forward_truncate AFTER TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.forward(%L)', shard, shardid);
END
$$;

-- Replaces a shard's rows by those of a placement elsewhere.
CREATE OR REPLACE FUNCTION pg_standin.pull_shard(shard regclass, source_group int) RETURNS bigint LANGUAGE plpgsql
SET session_replication_role = replica AS $$
DECLARE
  columns text := pg_standin.insertable_columns(shard);
  copied bigint;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE pg_standin.pulled (%s) SERVER %I OPTIONS (schema_name %L, table_name %L)',
    (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
     FROM pg_attribute WHERE attrelid = shard AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
    'citus_node_' || source_group, (SELECT nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid WHERE c.oid = shard),
    (SELECT relname FROM pg_class WHERE oid = shard));
  EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM pg_standin.pulled', shard, columns, columns);
  GET DIAGNOSTICS copied = ROW_COUNT;
  DROP FOREIGN TABLE pg_standin.pulled;
  RETURN copied;
END
$$;
