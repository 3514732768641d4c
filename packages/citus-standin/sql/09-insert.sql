-- INSERT and COPY put their rows into the distributed table itself, where PostgreSQL applies defaults and constraints, and
-- counts and returns them; before the statement ends they go on to the shards, in postgres_fdw's batches. (Rows that
-- are inserted into a foreign table directly take one round trip each where PostgreSQL 15 copies.)

-- Triggers do not fire, or the DELETE would be taken for the user's.
CREATE OR REPLACE FUNCTION pg_standin.flush(rel regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET session_replication_role = replica AS $$
DECLARE
  key pg_attribute := pg_standin.key_column(rel);
  columns text := pg_standin.insertable_columns(rel);
  shards bigint[] := ARRAY(SELECT shardid FROM pg_dist_shard WHERE logicalrelid = rel ORDER BY shardid);
  slot int;
BEGIN
  IF key.attname IS NULL THEN
    EXECUTE format('INSERT INTO pg_standin.%I (%s) SELECT %2$s FROM ONLY %s', 'shard_' || shards[1], columns, rel);
    IF pg_standin.local_copy(rel) IS NOT NULL THEN
      EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM ONLY %s', pg_standin.local_copy(rel), columns, rel);
    END IF;
  ELSE
    FOR slot IN EXECUTE format('SELECT DISTINCT pg_standin.slot(%I, %s) FROM ONLY %s', key.attname, cardinality(shards), rel) LOOP
      EXECUTE format('INSERT INTO pg_standin.%I (%s) SELECT %2$s FROM ONLY %s WHERE pg_standin.slot(%I, %s) = %s',
        'shard_' || shards[slot + 1], columns, rel, key.attname, cardinality(shards), slot);
    END LOOP;
  END IF;
  EXECUTE format('DELETE FROM ONLY %s', rel);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.after_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_standin.flush(TG_RELID);
  RETURN NULL;
END
$$;
