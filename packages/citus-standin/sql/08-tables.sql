-- The functions that users call to distribute a table, and where its shards go.

CREATE OR REPLACE FUNCTION pg_standin.new_colocation(shards int, factor int, type oid, collation_oid oid) RETURNS int LANGUAGE sql AS $$
  INSERT INTO pg_dist_colocation VALUES (nextval('pg_dist_colocationid_seq'), shards, factor, type, collation_oid) RETURNING colocationid
$$;

-- The groups of each shard of a table that exists.
CREATE OR REPLACE FUNCTION pg_standin.placements_of(rel regclass) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_agg(groups ORDER BY shardid) FROM (
    SELECT s.shardid, jsonb_agg(p.groupid ORDER BY p.placementid) AS groups
    FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) JOIN pg_standin.active_workers() w USING (groupid)
    WHERE s.logicalrelid = rel GROUP BY s.shardid) shards
$$;

-- Round robin over the workers by name, as Citus does.
CREATE OR REPLACE FUNCTION pg_standin.round_robin(shards int, factor int) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  workers int[] := ARRAY(SELECT groupid FROM pg_standin.active_workers() WHERE shouldhaveshards ORDER BY nodename COLLATE "C", nodeport);
BEGIN
  IF factor > cardinality(workers) THEN
    RAISE EXCEPTION 'replication_factor (%) exceeds number of worker nodes (%)', factor, cardinality(workers)
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Add more worker nodes or try again with a lower replication factor.';
  END IF;
  RETURN (SELECT jsonb_agg((SELECT jsonb_agg(workers[1 + (shard + copy) % cardinality(workers)] ORDER BY copy)
    FROM generate_series(0, factor - 1) copy) ORDER BY shard) FROM generate_series(0, shards - 1) shard);
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.create_distributed_table(
  table_name regclass, distribution_column text, distribution_type distribution_type DEFAULT 'hash',
  colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  shards int := coalesce($5, pg_standin.shard_count());
  factor int := pg_standin.replication_factor();
  key pg_attribute;
  with_table regclass;
  colocation pg_dist_colocation;
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF $2 IS NULL THEN
    PERFORM pg_standin.refuse('a table without a distribution column');
  END IF;
  IF $3 <> 'hash' THEN
    PERFORM pg_standin.refuse(format('by %s', $3), 'Use hash, the default.');
  END IF;
  IF shards NOT BETWEEN 1 AND 64000 THEN
    RAISE EXCEPTION '% is outside the valid range for parameter "shard_count" (1 .. 64000)', shards;
  END IF;
  PERFORM pg_standin.refuse_unsupported($1);
  SELECT * INTO key FROM pg_attribute WHERE attrelid = $1 AND attname = $2 AND attnum > 0 AND NOT attisdropped;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'column "%" of relation "%" does not exist', $2, $1 USING ERRCODE = 'undefined_column';
  END IF;
  PERFORM pg_standin.refuse_foreign_unique_index($1, key.attnum);
  PERFORM pg_standin.teach_planner(key.atttypid);

  IF $4 IN ('default', 'none') THEN
    IF $4 = 'default' THEN
      SELECT * INTO colocation FROM pg_dist_colocation c WHERE (c.shardcount, c.replicationfactor, c.distributioncolumntype,
        c.distributioncolumncollation) = (shards, factor, key.atttypid, key.attcollation) ORDER BY colocationid LIMIT 1;
    END IF;
  ELSE
    IF $5 IS NOT NULL THEN
      RAISE EXCEPTION 'Cannot use colocate_with with a table and shard_count at the same time';
    END IF;
    with_table := $4::regclass;
    SELECT c.* INTO colocation FROM pg_dist_partition p JOIN pg_dist_colocation c USING (colocationid)
    WHERE p.logicalrelid = with_table AND p.partmethod = 'h';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'relation % is not distributed', with_table USING ERRCODE = 'internal_error';
    END IF;
    IF colocation.distributioncolumntype <> key.atttypid THEN
      RAISE EXCEPTION 'cannot colocate tables % and %', with_table, $1
        USING ERRCODE = 'internal_error',
          DETAIL = format('Distribution column types don''t match for %s and %s.', with_table, $1);
    END IF;
  END IF;
  IF with_table IS NULL AND colocation.colocationid IS NOT NULL THEN
    SELECT logicalrelid INTO with_table FROM pg_dist_partition WHERE colocationid = colocation.colocationid LIMIT 1;
  END IF;
  IF with_table IS NOT NULL THEN
    PERFORM pg_standin.distribute($1, key.attnum, colocation.colocationid, CASE WHEN colocation.replicationfactor > 1 THEN 'c' ELSE 's' END,
      pg_standin.placements_of(with_table));
  ELSE
    PERFORM pg_standin.distribute($1, key.attnum, pg_standin.new_colocation(shards, factor, key.atttypid, key.attcollation),
      CASE WHEN factor > 1 THEN 'c' ELSE 's' END, pg_standin.round_robin(shards, factor));
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql STRICT SECURITY DEFINER AS $$
DECLARE
  workers jsonb := (SELECT jsonb_agg(groupid ORDER BY nodeid) FROM pg_standin.active_workers());
  colocation int;
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF workers IS NULL THEN
    RAISE EXCEPTION 'replication_factor (1) exceeds number of worker nodes (0)' USING HINT = 'Add more worker nodes.';
  END IF;
  PERFORM pg_standin.refuse_unsupported($1);
  SELECT colocationid INTO colocation FROM pg_dist_colocation WHERE distributioncolumntype = 0;
  IF NOT FOUND THEN
    colocation := pg_standin.new_colocation(1, -1, 0, 0);
  END IF;
  PERFORM pg_standin.distribute($1, NULL, colocation, 't', jsonb_build_array(workers));
  PERFORM pg_standin.create_local_copies();
END
$$;
