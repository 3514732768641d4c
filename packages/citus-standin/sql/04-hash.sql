-- Citus's own rule for which row belongs to which shard, in a form that the planner can use to leave shards out.

-- Shard `index` of `shards`.
DO $$
BEGIN
  IF to_regtype('pg_standin.shard') IS NULL THEN
    CREATE TYPE pg_standin.shard AS (shards int, index int);
  END IF;
END
$$;

-- The server's default operator class for a type: exact, else binary coercible (varchar is hashed as text).
CREATE OR REPLACE FUNCTION pg_standin.default_opclass(type regtype, method name) RETURNS pg_opclass LANGUAGE sql STABLE AS $$
  SELECT c FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod JOIN pg_type t ON t.oid = $1
  WHERE a.amname = $2 AND c.opcdefault AND (c.opcintype = t.oid
    OR c.opcintype = 'anyenum'::regtype AND t.typtype = 'e'
    OR EXISTS (SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = c.opcintype AND castmethod = 'b' AND castcontext = 'i'))
  ORDER BY c.opcintype = t.oid DESC, c.opcintype = 'text'::regtype DESC LIMIT 1
$$;

-- Makes pg_standin.slot(type, shards): the index of the shard that Citus keeps a value in, by the hash function of the
-- type's default hash operator class; and the operator value === shard, which says whether the shard is the one (in
-- PL/pgSQL, since SQL would be inlined before the planner can recognise it).
CREATE OR REPLACE FUNCTION pg_standin.ensure_slot(type regtype) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  source text;
BEGIN
  IF to_regprocedure(format('pg_standin.slot(%s, int)', type)) IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT p.prosrc INTO source
  FROM pg_standin.default_opclass(type, 'hash') c
    JOIN pg_amproc m ON m.amprocfamily = c.opcfamily AND m.amproclefttype = c.opcintype AND m.amprocnum = 1
    JOIN pg_proc p ON p.oid = m.amproc
    JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'internal';
  IF source IS NULL THEN
    RAISE EXCEPTION 'could not identify a hash function for type %', type
      USING ERRCODE = 'undefined_function',
        DETAIL = 'Partition column types must have a hash function defined to use hash partitioning.';
  END IF;
  EXECUTE format($sql$
    CREATE FUNCTION pg_standin.token(%1$s) RETURNS int LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %2$L;
    CREATE FUNCTION pg_standin.slot(value %1$s, shards int) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
      'SELECT least((pg_standin.token(value)::bigint + 2147483648) / (4294967296 / shards), shards - 1)::int';
    CREATE FUNCTION pg_standin.is_in(value %1$s, shard pg_standin.shard) RETURNS bool LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
      'BEGIN RETURN pg_standin.slot(value, shard.shards) = shard.index; END';
    CREATE FUNCTION pg_standin.has(shard pg_standin.shard, value %1$s) RETURNS bool LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
      'BEGIN RETURN pg_standin.slot(value, shard.shards) = shard.index; END';
    CREATE FUNCTION pg_standin.has_not(shard pg_standin.shard, value %1$s) RETURNS bool LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS
      'BEGIN RETURN pg_standin.slot(value, shard.shards) <> shard.index; END';
    CREATE OPERATOR pg_standin.=== (LEFTARG = %1$s, RIGHTARG = pg_standin.shard, FUNCTION = pg_standin.is_in);
    CREATE OPERATOR pg_standin.=== (LEFTARG = pg_standin.shard, RIGHTARG = %1$s, FUNCTION = pg_standin.has, NEGATOR = OPERATOR(pg_standin.<=>));
    CREATE OPERATOR pg_standin.<=> (LEFTARG = pg_standin.shard, RIGHTARG = %1$s, FUNCTION = pg_standin.has_not, NEGATOR = OPERATOR(pg_standin.===));
  $sql$, type, source);
END
$$;

-- Teaches the planner that `id = 5` refutes `id === shard` for all shards but one. Its proofs (predtest.c) look for both
-- operators in one btree operator family, where it then finds shard === value, negates it and evaluates it. All types
-- that the hash family holds equal to this one are taught, as bigint columns are compared with integer constants.
CREATE OR REPLACE FUNCTION pg_standin.teach_planner(type regtype) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  hash pg_opclass := pg_standin.default_opclass(type, 'hash');
  btree pg_opclass := pg_standin.default_opclass(type, 'btree');
  family text;
  other regtype;
BEGIN
  PERFORM pg_standin.ensure_slot(type);
  SELECT format('%I.%I', nspname, opfname) INTO family FROM pg_opfamily f JOIN pg_namespace n ON n.oid = opfnamespace WHERE f.oid = btree.opcfamily;
  IF family IS NULL OR hash.opcintype <> btree.opcintype OR hash.opcintype = 'anyenum'::regtype THEN
    RETURN;
  END IF;
  FOR other IN SELECT amoprighttype FROM pg_amop WHERE amopfamily = hash.opcfamily AND amoplefttype = hash.opcintype LOOP
    PERFORM pg_standin.ensure_slot(other);
    IF NOT EXISTS (SELECT FROM pg_amop WHERE amopfamily = btree.opcfamily AND amoplefttype = other AND amoprighttype = 'pg_standin.shard'::regtype) THEN
      EXECUTE format('ALTER OPERATOR FAMILY %s USING btree ADD OPERATOR 3 pg_standin.=== (%2$s, pg_standin.shard),
        OPERATOR 3 pg_standin.=== (pg_standin.shard, %2$s)', family, other);
    END IF;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.key_column(rel regclass) RETURNS pg_attribute LANGUAGE sql STABLE AS $$
  SELECT a FROM pg_dist_partition t JOIN pg_attribute a ON a.attrelid = t.logicalrelid AND a.attnum = t.partkey::int WHERE t.logicalrelid = $1
$$;

CREATE OR REPLACE FUNCTION pg_catalog.get_shard_id_for_distribution_column(table_name regclass, distribution_value text DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  target pg_dist_partition;
  key pg_attribute := pg_standin.key_column(table_name);
  shard bigint;
BEGIN
  SELECT * INTO target FROM pg_dist_partition WHERE logicalrelid = table_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'relation is not distributed' USING ERRCODE = 'wrong_object_type';
  END IF;
  IF target.repmodel = 't' THEN
    RETURN (SELECT shardid FROM pg_dist_shard WHERE logicalrelid = table_name);
  END IF;
  IF distribution_value IS NULL THEN
    RAISE EXCEPTION 'distribution value cannot be NULL for tables other than reference tables.'
      USING ERRCODE = 'null_value_not_allowed';
  END IF;
  EXECUTE format($sql$SELECT (array_agg(shardid ORDER BY shardid))[1 + pg_standin.slot(%L::%s, count(*)::int)]
    FROM pg_dist_shard WHERE logicalrelid = $1$sql$, distribution_value, format_type(key.atttypid, key.atttypmod))
    INTO shard USING table_name;
  RETURN shard;
END
$$;

-- Citus takes "any", which only C can; a typed value comes here.
CREATE OR REPLACE FUNCTION pg_catalog.get_shard_id_for_distribution_column(table_name regclass, distribution_value anyelement)
RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT get_shard_id_for_distribution_column(table_name, distribution_value::text)
$$;
