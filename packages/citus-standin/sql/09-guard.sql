-- What a distributed table refuses, and how pg_dump gets its rows. The triggers are marked internal, so pg_dump does not
-- write them and a dump loads into any PostgreSQL.

-- As in Citus, a write to a replicated table first needs the first worker. Updates and deletes of one such table take
-- turns: their order is then the same on every placement, and none waits for a lock that no deadlock detector sees.
CREATE OR REPLACE FUNCTION pg_standin.guard_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF current_setting('pg_standin.copied_shards', true) = 'yes' THEN
    RAISE EXCEPTION 'cannot write to % in the transaction that has copied shards', TG_RELID::regclass
      USING ERRCODE = 'active_sql_transaction', HINT = 'Commit first.';
  END IF;
  PERFORM pg_standin.run((SELECT groupid FROM pg_standin.active_workers() LIMIT 1), 'SELECT true');
  IF TG_OP <> 'INSERT' THEN
    PERFORM pg_advisory_xact_lock(hashtext('pg_standin.write'), TG_RELID::int);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_key_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'modifying the partition value of rows is not allowed' USING ERRCODE = 'feature_not_supported';
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_null() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'cannot perform an INSERT with NULL in the partition column' USING ERRCODE = 'null_value_not_allowed';
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.guard(parent regclass, model text, column_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF model <> 's' THEN
    EXECUTE format('CREATE TRIGGER citus_guard_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.guard_write()', parent);
  END IF;
  IF model <> 't' THEN
    EXECUTE format('CREATE TRIGGER citus_refuse_key_update BEFORE UPDATE OF %I ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.refuse_key_update()', column_name, parent);
    EXECUTE format('CREATE TRIGGER citus_refuse_null BEFORE INSERT ON %s
      FOR EACH ROW EXECUTE FUNCTION pg_standin.refuse_null()', pg_standin.local_partition(parent));
  END IF;
  UPDATE pg_trigger SET tgisinternal = true
  WHERE tgrelid IN (parent, pg_standin.local_partition(parent)) AND tgname LIKE 'citus\_%';
END
$$;

-- All rows of a distributed table, for pg_dump, which forbids its session to read foreign tables by itself.
CREATE OR REPLACE FUNCTION pg_standin.rows_of(parent anyelement) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$
DECLARE
  restricted text := current_setting('restrict_nonsystem_relation_kind', true);
BEGIN
  IF restricted <> '' THEN
    SET LOCAL restrict_nonsystem_relation_kind = '';
  END IF;
  RETURN QUERY EXECUTE format('SELECT * FROM %s', pg_typeof(parent));
  IF restricted <> '' THEN
    PERFORM set_config('restrict_nonsystem_relation_kind', restricted, true);
  END IF;
END
$$;

-- pg_dump writes the rows of an extension's configuration tables by COPY (SELECT columns FROM table CONDITION). The local
-- partition is entered as one of postgres_fdw, with a condition that puts the rows of the shards in the place of its none.
CREATE OR REPLACE FUNCTION pg_standin.dump_through(parent regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := (SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = parent);
  columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = pg_standin.local_partition(parent) AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
BEGIN
  PERFORM pg_standin.dump_no_longer(pg_standin.local_partition(parent));
  UPDATE pg_extension SET extconfig = array_append(extconfig, pg_standin.local_partition(parent)::oid),
    extcondition = array_append(extcondition,
      format('WHERE false UNION ALL SELECT %s FROM pg_standin.rows_of(NULL::%s)', columns, name))
  WHERE extname = 'postgres_fdw';
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.dump_no_longer(gone oid) RETURNS void LANGUAGE sql AS $$
  UPDATE pg_extension SET (extconfig, extcondition) = (
    SELECT array_agg(config), array_agg(condition) FROM unnest(extconfig, extcondition) AS entry (config, condition) WHERE config <> gone)
  WHERE extname = 'postgres_fdw' AND gone = ANY (extconfig)
$$;
