-- DDL on distributed tables: what can be repeated on the shards is, the rest is refused by name, nothing is ignored.
-- Schemas are created on the workers as soon as here, since two connections cannot create one in the same transaction.

CREATE OR REPLACE FUNCTION pg_standin.run_on_placements(rel regclass, command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF pg_standin.local_copy(rel) IS NOT NULL THEN
    EXECUTE replace(replace(command, '{shard}', pg_standin.local_copy(rel)::text), '{id}', (SELECT shardid::text FROM pg_dist_shard WHERE logicalrelid = rel));
  END IF;
  PERFORM pg_standin.run_at(pg_standin.shard_server(shardid), format('SELECT pg_standin.run_on_siblings(%s, %L)', shardid,
    replace(replace(command, '{shard}', pg_standin.shard_table(rel, shardid)), '{id}', shardid::text)))
  FROM pg_dist_shard WHERE logicalrelid = rel ORDER BY shardid;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.current_definition(rel regclass) RETURNS pg_standin.definition LANGUAGE sql STABLE AS $$
  SELECT rel,
    jsonb_build_object('table', rel::text, 'columns', (SELECT jsonb_object_agg(attnum, jsonb_build_object('name', attname, 'type',
      format_type(atttypid, atttypmod), 'notnull', attnotnull)) FROM pg_attribute WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped),
      'checks', (SELECT coalesce(jsonb_object_agg(conname, pg_get_constraintdef(oid)), '{}') FROM pg_constraint WHERE conrelid = rel AND contype = 'c')),
    (SELECT coalesce(jsonb_object_agg(indexrelid, relname), '{}') FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = rel)
$$;

CREATE OR REPLACE FUNCTION pg_standin.remember_definition(rel regclass) RETURNS void LANGUAGE sql AS $$
  INSERT INTO pg_standin.definition SELECT (pg_standin.current_definition(rel)).*
  ON CONFLICT (logicalrelid) DO UPDATE SET columns = excluded.columns, indexes = excluded.indexes
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_ddl(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the stand-in for Citus does not offer % on distributed tables', what
    USING ERRCODE = 'feature_not_supported', HINT = 'Call undistribute_table first, and distribute the table again afterwards.';
END
$$;

-- The commands that bring shards from the remembered to the present definition.
CREATE OR REPLACE FUNCTION pg_standin.alter_shards(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := (SELECT columns FROM pg_standin.definition WHERE logicalrelid = rel);
  is_now jsonb := (pg_standin.current_definition(rel)).columns;
  col record;
  local pg_attribute;
  index record;
BEGIN
  IF was -> 'table' <> is_now -> 'table' THEN
    PERFORM pg_standin.refuse_ddl('renaming or moving');
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE rel IN (conrelid, confrelid) AND contype = 'f') THEN
    PERFORM pg_standin.refuse_ddl('foreign keys');
  END IF;
  FOR col IN
    SELECT coalesce(o.key, n.key) AS attnum, o.value AS was, n.value AS now
    FROM jsonb_each(was -> 'columns') o FULL JOIN jsonb_each(is_now -> 'columns') n ON o.key = n.key
    WHERE o.value IS DISTINCT FROM n.value
  LOOP
    SELECT * INTO local FROM pg_attribute WHERE attrelid = rel AND attname = col.now ->> 'name';
    IF col.now IS NULL THEN
      PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} DROP COLUMN %I', col.was ->> 'name'));
    ELSIF col.was IS NULL THEN
      IF local.atthasdef AND NOT local.atthasmissing AND local.attgenerated = '' OR local.attidentity <> '' THEN
        PERFORM pg_standin.refuse_ddl('adding a column with a default that differs from row to row');
      END IF;
      -- Existing rows take the default as it was evaluated here; new rows get theirs from the coordinator.
      PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} ADD COLUMN %s', pg_standin.column_definition(local))
        || CASE WHEN local.atthasmissing THEN format(' DEFAULT %L; ALTER TABLE {shard} ALTER COLUMN %I DROP DEFAULT',
          (local.attmissingval::text::text[])[1], local.attname) ELSE '' END);
    ELSIF col.was -> 'type' <> col.now -> 'type' THEN
      PERFORM pg_standin.refuse_ddl('changing the type of a column');
    ELSE
      IF col.was -> 'name' <> col.now -> 'name' THEN
        PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} RENAME COLUMN %I TO %I', col.was ->> 'name', col.now ->> 'name'));
      END IF;
      IF col.was -> 'notnull' <> col.now -> 'notnull' THEN
        PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} ALTER COLUMN %I %s NOT NULL', col.now ->> 'name',
          CASE WHEN (col.now -> 'notnull')::bool THEN 'SET' ELSE 'DROP' END));
      END IF;
    END IF;
  END LOOP;
  PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} DROP CONSTRAINT %I', key))
  FROM jsonb_object_keys(was -> 'checks') key WHERE NOT is_now -> 'checks' ? key;
  PERFORM pg_standin.run_on_placements(rel, format('ALTER TABLE {shard} ADD CONSTRAINT %I %s', key, value))
  FROM jsonb_each_text(is_now -> 'checks') WHERE NOT was -> 'checks' ? key;
  -- Indexes that are gone were dropped by on_drop().
  FOR index IN
    SELECT i.indexrelid, con.conname, con.oid AS constraint FROM pg_index i LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = rel
    WHERE i.indrelid = rel AND NOT (SELECT indexes FROM pg_standin.definition WHERE logicalrelid = rel) ? i.indexrelid::text
  LOOP
    PERFORM pg_standin.refuse_foreign_unique_index(rel, (pg_standin.key_column(rel)).attnum);
    PERFORM pg_standin.run_on_placements(rel, CASE WHEN index.conname IS NULL THEN pg_standin.index_command(index.indexrelid, '{shard}', '{id}')
      ELSE format('ALTER TABLE {shard} ADD CONSTRAINT %I %s', index.conname || '_{id}', pg_get_constraintdef(index.constraint)) END);
  END LOOP;
  PERFORM pg_standin.dump_through(rel);
  PERFORM pg_standin.remember_definition(rel);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.on_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  done record;
  rel regclass;
BEGIN
  FOR done IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF done.command_tag = 'CREATE SCHEMA' THEN
      PERFORM pg_standin.run(groupid, 'CREATE SCHEMA IF NOT EXISTS ' || done.object_identity) FROM pg_standin.active_workers();
      CONTINUE;
    END IF;
    rel := CASE done.classid
      WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = done.objid AND tgname NOT LIKE 'citus\_%')
      WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = done.objid)
      WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = done.objid)
      WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = done.objid)
      WHEN 'pg_class'::regclass THEN coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = done.objid), done.objid) END;
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_standin.definition WHERE logicalrelid = rel);
    IF done.object_type IN ('trigger', 'policy', 'rule') OR done.command_tag = 'ALTER INDEX' THEN
      PERFORM pg_standin.refuse_ddl(done.command_tag);
    END IF;
    PERFORM pg_standin.alter_shards(rel);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.on_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  gone record;
  had record;
BEGIN
  FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE classid = 'pg_class'::regclass AND objsubid = 0 LOOP
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = gone.objid) THEN
      PERFORM pg_standin.drop_shards(gone.objid, gone.schema_name, gone.object_name);
      PERFORM pg_standin.dump_no_longer(gone.objid);
    END IF;
  END LOOP;
  FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE object_type = 'index' LOOP
    FOR had IN SELECT logicalrelid, indexes ->> gone.objid::text AS index FROM pg_standin.definition WHERE indexes ? gone.objid::text LOOP
      PERFORM pg_standin.run_on_placements(had.logicalrelid,
        format('SELECT pg_standin.drop_index(%L, %L)', '{shard}', had.index || '_{id}'));
      UPDATE pg_standin.definition SET indexes = indexes - gone.objid::text WHERE logicalrelid = had.logicalrelid;
    END LOOP;
  END LOOP;
END
$$;

-- On a worker: an index may belong to a constraint.
CREATE OR REPLACE FUNCTION pg_standin.drop_index(shard regclass, index name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = shard AND conname = index) THEN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', shard, index);
  ELSE
    EXECUTE format('DROP INDEX %s.%I', (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = shard), index);
  END IF;
END
$$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'citus_on_ddl') THEN
    CREATE EVENT TRIGGER citus_on_ddl ON ddl_command_end
      WHEN TAG IN ('CREATE SCHEMA', 'ALTER TABLE', 'CREATE INDEX', 'ALTER INDEX', 'CREATE TRIGGER', 'CREATE POLICY', 'CREATE RULE')
      EXECUTE FUNCTION pg_standin.on_ddl();
    CREATE EVENT TRIGGER citus_on_drop ON sql_drop EXECUTE FUNCTION pg_standin.on_drop();
    ALTER EXTENSION postgres_fdw ADD EVENT TRIGGER citus_on_ddl;
    ALTER EXTENSION postgres_fdw ADD EVENT TRIGGER citus_on_drop;
  END IF;
END
$$;
