-- Where the coordinator is registered (group 0), reference tables have a placement on it too, as in Citus. It is kept in step
-- by triggers here, not over a connection: the coordinator's address may be out of date right after a failover.

CREATE OR REPLACE FUNCTION pg_standin.local_copy(rel regclass) RETURNS regclass LANGUAGE sql STABLE AS $$
  SELECT to_regclass(pg_standin.shard_table(rel, s.shardid))
  FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) WHERE s.logicalrelid = rel AND p.groupid = 0
$$;

-- Members of an extension are left out by pg_dump.
CREATE OR REPLACE FUNCTION pg_standin.create_local_copies() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  shard pg_dist_shard;
  copy text;
BEGIN
  FOR shard IN
    SELECT s.* FROM pg_dist_shard s JOIN pg_dist_partition t USING (logicalrelid) JOIN pg_dist_node n ON n.groupid = 0
    WHERE t.repmodel = 't' AND pg_standin.local_copy(logicalrelid) IS NULL
  LOOP
    copy := pg_standin.shard_table(shard.logicalrelid, shard.shardid);
    EXECUTE pg_standin.create_shard_command(shard.logicalrelid, copy, shard.shardid);
    EXECUTE format('ALTER EXTENSION postgres_fdw ADD TABLE %s', copy);
    INSERT INTO pg_dist_placement (shardid, shardstate, shardlength, groupid) VALUES (shard.shardid, 1, 0, 0);
    EXECUTE format('CREATE TRIGGER citus_after_change AFTER UPDATE OR DELETE OR TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION pg_standin.refresh_local_copy()', shard.logicalrelid);
    UPDATE pg_trigger SET tgisinternal = true WHERE tgrelid = shard.logicalrelid AND tgname = 'citus_after_change';
    PERFORM pg_standin.fill_local_copy(shard.logicalrelid);
  END LOOP;
END
$$;

-- A schema cannot be dropped with a member of an extension in it: CASCADE would take the whole extension along.
CREATE OR REPLACE FUNCTION pg_standin.on_drop_of_many() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  copy regclass;
BEGIN
  FOR copy IN
    SELECT DISTINCT pg_standin.local_copy(logicalrelid) FROM pg_dist_partition
    WHERE repmodel = 't' AND pg_standin.local_copy(logicalrelid) IS NOT NULL
  LOOP
    EXECUTE format('ALTER EXTENSION postgres_fdw %s TABLE %s', CASE TG_EVENT WHEN 'ddl_command_start' THEN 'DROP' ELSE 'ADD' END, copy);
  END LOOP;
END
$$;

DO $$
DECLARE
  hook record;
BEGIN
  FOR hook IN SELECT * FROM (VALUES ('citus_before_drop', 'ddl_command_start'), ('citus_after_drop', 'ddl_command_end')) v (name, event)
    WHERE name NOT IN (SELECT evtname FROM pg_event_trigger)
  LOOP
    EXECUTE format('CREATE EVENT TRIGGER %I ON %s WHEN TAG IN (''DROP SCHEMA'', ''DROP OWNED'')
      EXECUTE FUNCTION pg_standin.on_drop_of_many()', hook.name, hook.event);
    EXECUTE format('ALTER EXTENSION postgres_fdw ADD EVENT TRIGGER %I', hook.name);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.fill_local_copy(rel regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DELETE FROM %s', pg_standin.local_copy(rel));
  EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM %s', pg_standin.local_copy(rel), pg_standin.insertable_columns(rel), rel);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refresh_local_copy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_standin.fill_local_copy(TG_RELID);
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.drop_local_copy(copy regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF copy IS NOT NULL THEN
    EXECUTE format('ALTER EXTENSION postgres_fdw DROP TABLE %s', copy);
    EXECUTE format('DROP TABLE %s', copy);
  END IF;
END
$$;
