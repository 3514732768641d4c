-- DDL on distributed tables: what can be repeated on the shards is, the rest is refused by name, nothing is ignored.

CREATE OR REPLACE FUNCTION pg_standin.run_on_placements(rel regclass, command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_standin.run_at(pg_standin.shard_server(rel, shardid), format('SELECT pg_standin.run_on_siblings(%s, %L)', shardid,
    replace(replace(command, '{shard}', pg_standin.shard_table(rel, shardid)), '{id}', shardid::text)))
  FROM pg_dist_shard WHERE logicalrelid = rel ORDER BY shardid;
END
$$;

-- An index of the local partition goes by the name of the index it belongs to, where that was made on the whole table.
CREATE OR REPLACE FUNCTION pg_standin.index_name(index oid) RETURNS name LANGUAGE sql STABLE AS $$
  SELECT relname FROM pg_class WHERE oid = coalesce((SELECT inhparent FROM pg_inherits WHERE inhrelid = $1), $1)
$$;

CREATE OR REPLACE FUNCTION pg_standin.current_definition(rel regclass) RETURNS pg_standin.definition LANGUAGE sql STABLE AS $$
  SELECT rel,
    jsonb_build_object('table', rel::text, 'columns', (SELECT jsonb_object_agg(attnum, jsonb_build_object('name', attname, 'type',
      format_type(atttypid, atttypmod), 'notnull', attnotnull)) FROM pg_attribute WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped),
      'checks', (SELECT coalesce(jsonb_object_agg(conname, pg_get_constraintdef(oid)), '{}') FROM pg_constraint WHERE conrelid = rel AND contype = 'c')),
    (SELECT coalesce(jsonb_object_agg(indexrelid, pg_standin.index_name(indexrelid)), '{}') FROM pg_index WHERE indrelid = pg_standin.local_partition(rel))
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
    SELECT * INTO local FROM pg_attribute WHERE attrelid = pg_standin.local_partition(rel) AND attname = col.now ->> 'name';
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
  PERFORM pg_standin.dump_through(rel);
  PERFORM pg_standin.remember_definition(rel);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.on_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  done record;
  rel regclass;
BEGIN
  FOR done IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type IN ('table', 'index', 'trigger', 'policy', 'table column', 'table constraint') LOOP
    rel := CASE done.classid
      WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = done.objid AND NOT tgisinternal)
      WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = done.objid)
      WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = done.objid)
      ELSE coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = done.objid), done.objid) END;
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_standin.definition WHERE rel IN (logicalrelid, pg_standin.local_partition(logicalrelid)));
    IF done.object_type IN ('trigger', 'policy') THEN
      PERFORM pg_standin.refuse_ddl(format('a %s', done.object_type));
    ELSIF NOT EXISTS (SELECT FROM pg_standin.definition WHERE logicalrelid = rel) THEN
      PERFORM pg_standin.refuse_ddl(format('%s %s, its local partition,', done.command_tag, rel));
    ELSIF done.command_tag = 'CREATE INDEX' THEN
      PERFORM pg_standin.run_on_placements(rel, pg_standin.index_command(done.objid::regclass, '{shard}', '{id}'));
      PERFORM pg_standin.remember_definition(rel);
    ELSIF done.command_tag = 'ALTER INDEX' THEN
      PERFORM pg_standin.refuse_ddl('ALTER INDEX');
    ELSE
      PERFORM pg_standin.alter_shards(rel);
    END IF;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.on_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  gone record;
  had record;
BEGIN
  FOR gone IN SELECT o.* FROM pg_event_trigger_dropped_objects() o JOIN pg_dist_partition p ON p.logicalrelid = o.objid
    WHERE o.classid = 'pg_class'::regclass AND o.objsubid = 0
  LOOP
    PERFORM pg_standin.run_at(pg_standin.shard_server(gone.objid, shardid), format('SELECT pg_standin.run_on_siblings(%s, %L)', shardid,
      format('SELECT pg_standin.drop_shard(%L, %s)', format('%I.%I', gone.schema_name, gone.object_name || '_' || shardid), shardid)))
    FROM pg_dist_shard WHERE logicalrelid = gone.objid ORDER BY shardid;
    DELETE FROM pg_dist_placement WHERE shardid IN (SELECT shardid FROM pg_dist_shard WHERE logicalrelid = gone.objid);
    DELETE FROM pg_dist_shard WHERE logicalrelid = gone.objid;
    DELETE FROM pg_dist_partition WHERE logicalrelid = gone.objid;
    DELETE FROM pg_standin.definition WHERE logicalrelid = gone.objid;
    DELETE FROM pg_dist_colocation c WHERE NOT EXISTS (SELECT FROM pg_dist_partition p WHERE p.colocationid = c.colocationid)
      AND c.distributioncolumntype <> 0;
  END LOOP;
  FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE classid = 'pg_class'::regclass AND objsubid = 0 LOOP
    PERFORM pg_standin.dump_no_longer(gone.objid);
    FOR had IN SELECT logicalrelid, indexes ->> gone.objid::text AS index FROM pg_standin.definition WHERE indexes ? gone.objid::text LOOP
      PERFORM pg_standin.run_on_placements(had.logicalrelid, format('DROP INDEX IF EXISTS %I.%I',
        (SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = had.logicalrelid), had.index || '_{id}'));
      PERFORM pg_standin.remember_definition(had.logicalrelid);
    END LOOP;
  END LOOP;
  IF EXISTS (SELECT FROM pg_standin.definition WHERE pg_standin.local_partition(logicalrelid) IS NULL)
    AND current_setting('pg_standin.unmaking', true) IS DISTINCT FROM 'on' THEN
    PERFORM pg_standin.refuse_ddl('dropping the local partition');
  END IF;
END
$$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'citus_on_ddl') THEN
    CREATE EVENT TRIGGER citus_on_ddl ON ddl_command_end
      WHEN TAG IN ('ALTER TABLE', 'CREATE INDEX', 'ALTER INDEX', 'CREATE TRIGGER', 'CREATE POLICY')
      EXECUTE FUNCTION pg_standin.on_ddl();
    CREATE EVENT TRIGGER citus_on_drop ON sql_drop EXECUTE FUNCTION pg_standin.on_drop();
    ALTER EXTENSION postgres_fdw ADD EVENT TRIGGER citus_on_ddl;
    ALTER EXTENSION postgres_fdw ADD EVENT TRIGGER citus_on_drop;
  END IF;
END
$$;
