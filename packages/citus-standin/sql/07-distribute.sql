-- create_distributed_table, create_reference_table, undistribute_table.

CREATE OR REPLACE FUNCTION pg_standin.refuse(what text, hint text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the stand-in for Citus cannot distribute %', what
    USING ERRCODE = 'feature_not_supported', HINT = coalesce(hint, 'Real Citus may be able to.');
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_unsupported(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  class pg_class;
  other text;
BEGIN
  SELECT * INTO class FROM pg_class WHERE oid = rel;
  IF NOT pg_has_role(session_user, class.relowner, 'USAGE') THEN
    RAISE EXCEPTION 'must be owner of table %', rel USING ERRCODE = 'insufficient_privilege';
  END IF;
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
  SELECT ev_class::regclass INTO other FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = rel LIMIT 1;
  IF FOUND THEN
    PERFORM pg_standin.refuse(format('%s: the view %s depends on it', rel, other), 'Create the view after the table is distributed.');
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_foreign_unique_index(rel regclass, key int2) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_index WHERE indrelid = rel AND (indisunique OR indisexclusion) AND NOT key = ANY (indkey)) THEN
    RAISE EXCEPTION 'cannot create constraint on "%"', (SELECT relname FROM pg_class WHERE oid = rel)
      USING ERRCODE = 'feature_not_supported',
        DETAIL = 'Distributed relations cannot have UNIQUE, EXCLUDE, or PRIMARY KEY constraints that do not include the '
          'partition column (with an equality operator if EXCLUDE).';
  END IF;
END
$$;

-- Puts a partitioned table in the place of an ordinary one, which becomes its default partition. Answers the new table.
CREATE OR REPLACE FUNCTION pg_standin.make_parent(rel regclass, partition_key text) RETURNS regclass LANGUAGE plpgsql AS $$
DECLARE
  class pg_class;
  schema text;
  parent regclass;
  privilege record;
BEGIN
  SELECT * INTO class FROM pg_class WHERE oid = rel;
  schema := quote_ident(class.relnamespace::regnamespace::text);
  SELECT quote_ident(nspname) INTO schema FROM pg_namespace WHERE oid = class.relnamespace;
  EXECUTE format('CREATE TABLE %s.citus_new_parent (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING
    CONSTRAINTS INCLUDING COMMENTS INCLUDING STORAGE INCLUDING COMPRESSION) PARTITION BY RANGE (%s)', schema, rel, partition_key);
  parent := (schema || '.citus_new_parent')::regclass;
  PERFORM pg_standin.move_sequences(rel, parent);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', rel, class.relname || '_local');
  EXECUTE format('ALTER TABLE %s RENAME TO %I', parent, class.relname);
  EXECUTE format('COMMENT ON TABLE %s IS %L', parent, obj_description(rel, 'pg_class'));
  EXECUTE format('ALTER TABLE %s OWNER TO %s', parent, class.relowner::regrole);
  FOR privilege IN SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee, privilege_type
    FROM aclexplode(class.relacl) WHERE grantee <> class.relowner
  LOOP
    EXECUTE format('GRANT %s ON %s TO %s', privilege.privilege_type, parent, privilege.grantee);
  END LOOP;
  RETURN parent;
END
$$;

-- Sequences of serial columns change owner; those of identity columns are made anew and go on where the old ones were.
CREATE OR REPLACE FUNCTION pg_standin.move_sequences(source regclass, target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  owned record;
  value record;
BEGIN
  FOR owned IN
    SELECT d.objid::regclass AS sequence, a.attname, d.deptype, a.attidentity
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = source AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source AND d.deptype IN ('a', 'i')
  LOOP
    IF owned.deptype = 'a' THEN
      EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', owned.sequence, target, owned.attname);
      CONTINUE;
    END IF;
    EXECUTE format('SELECT last_value, is_called FROM %s', owned.sequence) INTO value;
    IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = owned.attname AND a.attidentity <> '') THEN
      EXECUTE format('ALTER TABLE %s ALTER %I ADD GENERATED %s AS IDENTITY', target, owned.attname,
        CASE owned.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END);
    END IF;
    PERFORM setval(pg_get_serial_sequence(target::text, owned.attname), value.last_value, value.is_called);
    EXECUTE format('ALTER TABLE %s ALTER %I DROP IDENTITY', source, owned.attname);
  END LOOP;
END
$$;

-- The inverse of make_parent(), for undistribute_table and for what pg_dump made of a distributed table: one partitioned
-- table with only its default partition. Answers the ordinary table.
CREATE OR REPLACE FUNCTION pg_standin.unmake_parent(parent regclass) RETURNS regclass LANGUAGE plpgsql AS $$
DECLARE
  plain regclass := pg_standin.local_partition(parent);
  name text;
  columns text;
BEGIN
  SELECT relname INTO name FROM pg_class WHERE oid = parent;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
  FROM pg_attribute WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  EXECUTE format('DROP TRIGGER IF EXISTS citus_refuse_null ON %s', plain);
  EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', parent, plain);
  EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s', plain, columns, columns, parent);
  PERFORM pg_standin.move_sequences(parent, plain);
  EXECUTE format('DROP TABLE %s', parent);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', plain, name);
  RETURN plain;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.is_restored(rel regclass) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT pg_standin.local_partition(rel) IS NOT NULL
    AND (SELECT count(*) = 1 FROM pg_inherits WHERE inhparent = rel)
    AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = rel)
$$;

-- What both kinds have in common: catalogs, shards, triggers and rows. placements: the groups of each shard, in order.
CREATE OR REPLACE FUNCTION pg_standin.distribute(rel regclass, column_name text, colocation int, model text, placements jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  key pg_attribute;
  shards int := jsonb_array_length(placements);
  step bigint := 4294967296 / jsonb_array_length(placements);
  parent regclass;
  shard bigint;
  has_rows bool;
BEGIN
  SELECT * INTO key FROM pg_attribute WHERE attrelid = rel AND attname = column_name;
  parent := pg_standin.make_parent(rel, CASE WHEN model = 't' THEN format('(%I IS NULL)', column_name) ELSE quote_ident(column_name) END);
  INSERT INTO pg_dist_partition (logicalrelid, partmethod, partkey, colocationid, repmodel)
  SELECT parent, CASE WHEN model = 't' THEN 'n' ELSE 'h' END, CASE WHEN model <> 't' THEN attnum::text END, colocation, model
  FROM pg_attribute WHERE attrelid = parent AND attname = column_name;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', parent, rel);
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', rel) INTO has_rows;
  IF has_rows THEN
    RAISE NOTICE 'Copying data from local table...';
    EXECUTE format('CREATE TEMP TABLE citus_moving ON COMMIT DROP AS SELECT * FROM %s', rel);
    EXECUTE format('TRUNCATE %s', rel);
  END IF;
  IF model <> 't' THEN
    EXECUTE format('CREATE TABLE pg_standin.%I PARTITION OF %s FOR VALUES FROM (MINVALUE) TO (MAXVALUE) PARTITION BY HASH (%I %s)',
      'table_' || parent::oid, parent, column_name, pg_standin.shard_opclass(key.atttypid, shards));
  END IF;
  FOR i IN 0 .. shards - 1 LOOP
    shard := nextval('pg_dist_shardid_seq');
    INSERT INTO pg_dist_shard VALUES (parent, shard, 't', CASE WHEN model <> 't' THEN i * step - 2147483648 END,
      CASE WHEN model <> 't' THEN CASE WHEN i = shards - 1 THEN 2147483647 ELSE (i + 1) * step - 2147483649 END END);
    PERFORM pg_standin.create_shard_on(parent, shard, placements -> i);
  END LOOP;
  PERFORM pg_standin.guard(parent, model, column_name);
  PERFORM pg_standin.dump_through(parent);
  PERFORM pg_standin.remember_definition(parent);
  IF has_rows THEN
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM citus_moving', parent, (SELECT string_agg(quote_ident(attname), ', ')
      FROM pg_attribute WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = ''));
    DROP TABLE citus_moving;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.undistribute_table(table_name regclass, cascade_via_foreign_keys bool DEFAULT false)
RETURNS void LANGUAGE plpgsql STRICT SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN
    RAISE EXCEPTION 'cannot undistribute table because the table is not distributed' USING ERRCODE = 'feature_not_supported';
  END IF;
  PERFORM pg_standin.unmake_parent(table_name);
END
$$;
