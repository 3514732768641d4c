-- Citus's own rule for which row belongs to which shard, as operator classes for PARTITION BY HASH.

-- pg_standin.token(type) is the hash function that Citus uses for the type: the one of its default hash operator class.
CREATE OR REPLACE FUNCTION pg_standin.ensure_token(type regtype) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  source text;
BEGIN
  IF to_regprocedure(format('pg_standin.token(%s)', type)) IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT p.prosrc INTO source
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod AND a.amname = 'hash'
    JOIN pg_amproc m ON m.amprocfamily = c.opcfamily AND m.amproclefttype = c.opcintype AND m.amprocnum = 1
    JOIN pg_proc p ON p.oid = m.amproc
    JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'internal'
  WHERE c.opcdefault AND c.oid = pg_standin.default_opclass(type, 'hash');
  IF source IS NULL THEN
    RAISE EXCEPTION 'could not identify a hash function for type %', type
      USING ERRCODE = 'undefined_function',
        DETAIL = 'Partition column types must have a hash function defined to use hash partitioning.';
  END IF;
  EXECUTE format('CREATE FUNCTION pg_standin.token(%s) RETURNS int LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS %L',
    type, source);
END
$$;

-- As the server itself finds it: exact, else binary coercible (varchar is hashed as text).
CREATE OR REPLACE FUNCTION pg_standin.default_opclass(type regtype, method name) RETURNS oid LANGUAGE sql STABLE AS $$
  SELECT c.oid
  FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod JOIN pg_type t ON t.oid = $1
  WHERE a.amname = $2 AND c.opcdefault AND (c.opcintype = t.oid
    OR c.opcintype = 'anyenum'::regtype AND t.typtype = 'e'
    OR EXISTS (SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = c.opcintype AND castmethod = 'b' AND castcontext = 'i'))
  ORDER BY c.opcintype = t.oid DESC, c.opcintype = 'text'::regtype DESC LIMIT 1
$$;

-- The index of the shard, such that PostgreSQL's rowHash % shards gives it back: for a single key the server adds
-- 5305509591434766563 to what the operator class answers (hash_combine64 in common/hashfn.h).
CREATE OR REPLACE FUNCTION pg_standin.ensure_shard_hash(type regtype, shards int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  name text := 'pg_standin.shard_hash_' || shards;
BEGIN
  PERFORM pg_standin.ensure_token(type);
  IF to_regprocedure(format('%s(%s, bigint)', name, type)) IS NULL THEN
    EXECUTE format($sql$CREATE FUNCTION %s(value %s, seed bigint) RETURNS bigint
      LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
      'SELECT least((pg_standin.token(value)::bigint + 2147483648) / %s, %s) - 5305509591434766563'$sql$,
      name, type, 4294967296 / shards, shards - 1);
  END IF;
  RETURN name;
END
$$;

-- Answers the operator class for a column of this type in this many shards. Equality with other types of the same
-- family (a bigint column and an integer constant) is in it too, or such a query would ask every shard.
CREATE OR REPLACE FUNCTION pg_standin.shard_opclass(type regtype, shards int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  source pg_opclass;
  keytype regtype;
  other record;
  name text;
BEGIN
  PERFORM pg_standin.ensure_token(type);
  SELECT * INTO source FROM pg_opclass WHERE oid = pg_standin.default_opclass(type, 'hash');
  keytype := CASE WHEN source.opcintype = 'anyenum'::regtype THEN type ELSE source.opcintype END;
  name := format('shards_%s_%s', shards, keytype::oid);
  IF NOT EXISTS (SELECT FROM pg_opclass WHERE opcname = name AND opcnamespace = 'pg_standin'::regnamespace) THEN
    EXECUTE format('CREATE OPERATOR CLASS pg_standin.%I FOR TYPE %s USING hash AS OPERATOR 1 %s, FUNCTION 2 %s(%s, bigint)',
      name, keytype, (SELECT amopopr::regoperator FROM pg_amop
        WHERE amopfamily = source.opcfamily AND amoplefttype = source.opcintype AND amoprighttype = source.opcintype),
      pg_standin.ensure_shard_hash(keytype, shards), keytype);
    FOR other IN
      SELECT amopopr::regoperator AS operator, amoprighttype::regtype AS type FROM pg_amop
      WHERE amopfamily = source.opcfamily AND amoplefttype = source.opcintype AND amoprighttype <> source.opcintype
    LOOP
      EXECUTE format('ALTER OPERATOR FAMILY pg_standin.%I USING hash ADD OPERATOR 1 %s, FUNCTION 2 (%s, %s) %s(%s, bigint)',
        name, other.operator, other.type, other.type, pg_standin.ensure_shard_hash(other.type, shards), other.type);
    END LOOP;
  END IF;
  RETURN format('pg_standin.%I', name);
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.get_shard_id_for_distribution_column(table_name regclass, distribution_value text DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  target pg_dist_partition;
  type text;
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
  SELECT atttypid::regtype INTO type FROM pg_attribute WHERE attrelid = table_name AND attnum = target.partkey::int;
  EXECUTE format($sql$SELECT shardid FROM pg_dist_shard
    WHERE logicalrelid = $1 AND pg_standin.token(%L::%s) BETWEEN shardminvalue::int AND shardmaxvalue::int$sql$,
    distribution_value, type) INTO shard USING table_name;
  RETURN shard;
END
$$;

-- Citus takes "any", which only C can; a typed value comes here.
CREATE OR REPLACE FUNCTION pg_catalog.get_shard_id_for_distribution_column(table_name regclass, distribution_value anyelement)
RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT get_shard_id_for_distribution_column(table_name, distribution_value::text)
$$;
