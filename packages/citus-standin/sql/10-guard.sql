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

CREATE OR REPLACE FUNCTION pg_standin.guard(rel regclass, model text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  key pg_attribute := pg_standin.key_column(rel);
BEGIN
  EXECUTE format('CREATE TRIGGER citus_after_insert AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.after_insert()', rel);
  IF model <> 's' THEN
    EXECUTE format('CREATE TRIGGER citus_guard_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.guard_write()', rel);
  END IF;
  IF key.attname IS NOT NULL THEN
    EXECUTE format('CREATE TRIGGER citus_refuse_null BEFORE INSERT ON %s
      FOR EACH ROW WHEN (NEW.%I IS NULL) EXECUTE FUNCTION pg_standin.refuse_null()', rel, key.attname);
    EXECUTE format('CREATE TRIGGER citus_refuse_key_update BEFORE UPDATE OF %I ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.refuse_key_update()', key.attname, rel);
  END IF;
  UPDATE pg_trigger SET tgisinternal = true WHERE tgrelid = rel AND tgname LIKE 'citus\_%';
END
$$;

-- pg_dump writes the rows of an extension's configuration tables by COPY (SELECT columns FROM table CONDITION), which reads
-- the shards too, where a plain COPY reads the table alone. So tables are entered as ones of postgres_fdw.
CREATE OR REPLACE FUNCTION pg_standin.dump_through(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_standin.dump_no_longer(rel);
  UPDATE pg_extension SET extconfig = array_append(extconfig, rel::oid),
    extcondition = array_append(extcondition, format('WHERE pg_standin.dumping() UNION ALL SELECT %s FROM pg_standin.dumped(NULL::%s)',
      pg_standin.insertable_columns(rel), (SELECT format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = rel)))
  WHERE extname = 'postgres_fdw';
END
$$;

-- pg_dump forbids its session to read foreign tables. The planner evaluates dumping(), since it is called immutable,
-- before it opens any; dumped() answers no rows, after all others, and restores the setting.
CREATE OR REPLACE FUNCTION pg_standin.dumping() RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF current_setting('restrict_nonsystem_relation_kind', true) <> '' THEN
    PERFORM set_config('pg_standin.restricted', current_setting('restrict_nonsystem_relation_kind'), true);
    PERFORM set_config('restrict_nonsystem_relation_kind', '', true);
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.dumped(row_type anyelement) RETURNS SETOF anyelement LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('pg_standin.restricted', true) <> '' THEN
    PERFORM set_config('restrict_nonsystem_relation_kind', current_setting('pg_standin.restricted'), true);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.dump_no_longer(gone oid) RETURNS void LANGUAGE sql AS $$
  UPDATE pg_extension SET (extconfig, extcondition) = (
    SELECT array_agg(config), array_agg(condition) FROM unnest(extconfig, extcondition) AS entry (config, condition) WHERE config <> gone)
  WHERE extname = 'postgres_fdw' AND gone = ANY (extconfig)
$$;
