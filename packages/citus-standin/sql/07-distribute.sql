-- create_distributed_table, create_reference_table, undistribute_table.

CREATE OR REPLACE FUNCTION pg_standin.refuse(what text, hint text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the stand-in for Citus cannot distribute %', what
    USING ERRCODE = 'feature_not_supported', HINT = coalesce(hint, 'Real Citus may be able to.');
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.require_owner(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = rel), 'USAGE') THEN
    RAISE EXCEPTION 'must be owner of table %', rel USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_unsupported(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  class pg_class;
  other text;
BEGIN
  SELECT * INTO class FROM pg_class WHERE oid = rel;
  PERFORM pg_standin.require_owner(rel);
  IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = rel) THEN
    RAISE EXCEPTION 'table "%" is already distributed', class.relname USING ERRCODE = 'invalid_table_definition';
  END IF;
  IF class.relkind <> 'r' OR class.relpersistence <> 'p' OR EXISTS (SELECT FROM pg_inherits WHERE rel IN (inhrelid, inhparent)) THEN
    PERFORM pg_standin.refuse(format('%s: it is not an ordinary permanent table', rel));
  END IF;
  IF length(class.relname) > 50 THEN
    PERFORM pg_standin.refuse(format('%s: its name is longer than 50 characters', rel));
  END IF;
  IF class.relrowsecurity THEN
    PERFORM pg_standin.refuse(format('%s: it has row level security', rel));
  END IF;
  SELECT conname INTO other FROM pg_constraint WHERE contype = 'f' AND rel IN (conrelid, confrelid) LIMIT 1;
  IF FOUND THEN
    PERFORM pg_standin.refuse(format('%s: it has the foreign key %I', rel, other), 'Drop the foreign key.');
  END IF;
  SELECT tgname INTO other FROM pg_trigger WHERE tgrelid = rel AND NOT tgisinternal LIMIT 1;
  IF FOUND THEN
    PERFORM pg_standin.refuse(format('%s: it has the trigger %I', rel, other), 'Drop the trigger.');
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_foreign_unique_index(rel regclass, key int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_index WHERE indrelid = rel AND (indisunique OR indisexclusion) AND NOT key = ANY (indkey)) THEN
    RAISE EXCEPTION 'cannot create constraint on "%"', (SELECT relname FROM pg_class WHERE oid = rel)
      USING ERRCODE = 'feature_not_supported',
        DETAIL = 'Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not include the '
          'partition column (with an equality operator if EXCLUDE).';
  END IF;
END
$$;

-- What both kinds have in common: catalogs, shards, triggers and rows. placements: the groups of each shard, in order.
CREATE OR REPLACE FUNCTION pg_standin.distribute(rel regclass, key int, colocation int, model text, placements jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  shards int := jsonb_array_length(placements);
  step bigint := 4294967296 / shards;
  shard bigint;
  has_rows bool;
  has_null bool;
BEGIN
  EXECUTE format('LOCK TABLE %s', rel);
  EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s)', rel) INTO has_rows;
  IF key IS NOT NULL THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %s WHERE %I IS NULL)', rel,
      (SELECT attname FROM pg_attribute WHERE attrelid = rel AND attnum = key)) INTO has_null;
    IF has_null THEN
      PERFORM pg_standin.refuse(format('%s: it has rows without a value in the distribution column', rel), 'Delete them first.');
    END IF;
  END IF;
  INSERT INTO pg_dist_partition VALUES (rel, CASE WHEN key IS NULL THEN 'n' ELSE 'h' END, key, colocation, model);
  FOR i IN 0 .. shards - 1 LOOP
    shard := nextval('pg_dist_shardid_seq');
    INSERT INTO pg_dist_shard VALUES (rel, shard, 't', CASE WHEN key IS NOT NULL THEN i * step - 2147483648 END,
      CASE WHEN key IS NOT NULL THEN CASE WHEN i = shards - 1 THEN 2147483647 ELSE (i + 1) * step - 2147483649 END END);
    PERFORM pg_standin.create_shard_on(rel, shard, placements -> i);
  END LOOP;
  PERFORM pg_standin.guard(rel, model);
  PERFORM pg_standin.dump_through(rel);
  PERFORM pg_standin.remember_definition(rel);
  IF has_rows THEN
    RAISE NOTICE 'Copying data from local table...';
    PERFORM pg_standin.flush(rel);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.undistribute_table(table_name regclass, cascade_via_foreign_keys bool DEFAULT false)
RETURNS void LANGUAGE plpgsql STRICT SECURITY DEFINER AS $$
DECLARE
  shard record;
  guard name;
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
    RAISE EXCEPTION 'cannot undistribute table because the table is not distributed' USING ERRCODE = 'internal_error';
  END IF;
  PERFORM pg_standin.require_owner(table_name);
  EXECUTE format('LOCK TABLE %s', table_name);
  FOR guard IN SELECT tgname FROM pg_trigger WHERE tgrelid = table_name AND tgname LIKE 'citus\_%' LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', guard, table_name);
  END LOOP;
  PERFORM pg_standin.dump_no_longer(table_name);
  FOR shard IN SELECT * FROM pg_dist_shard WHERE logicalrelid = table_name ORDER BY shardid LOOP
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM pg_standin.%I', table_name,
      pg_standin.insertable_columns(table_name), 'shard_' || shard.shardid);
  END LOOP;
  PERFORM pg_standin.drop_shards(table_name, nspname, relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = table_name;
END
$$;
