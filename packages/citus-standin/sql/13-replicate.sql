-- Copies of shards that have fewer active placements than asked for, as after citus_activate_node.

-- As Citus does, reference tables come to a new or activated node together with its first shards.
CREATE OR REPLACE FUNCTION pg_standin.copy_reference_tables() RETURNS void LANGUAGE sql AS $$
  SELECT pg_standin.copy_shard(s.logicalrelid, s.shardid, w.groupid)
  FROM pg_dist_shard s JOIN pg_dist_partition t USING (logicalrelid), pg_standin.active_workers() w
  WHERE t.repmodel = 't' AND NOT EXISTS (SELECT FROM pg_dist_placement p WHERE p.shardid = s.shardid AND p.groupid = w.groupid)
  ORDER BY w.nodeid, s.shardid
$$;

CREATE OR REPLACE FUNCTION pg_catalog.replicate_table_shards(
  relation regclass, shard_replication_factor int DEFAULT current_setting('citus.shard_replication_factor')::int,
  max_shard_copies int DEFAULT 1000000, excluded_shard_list bigint[] DEFAULT '{}',
  shard_transfer_mode shard_transfer_mode DEFAULT 'auto'
) RETURNS void LANGUAGE plpgsql STRICT AS $$
DECLARE
  target pg_dist_partition;
  shard record;
  node int;
  copies int := 0;
BEGIN
  PERFORM pg_standin.lock_metadata();
  SELECT * INTO target FROM pg_dist_partition WHERE logicalrelid = relation;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'relation % is not distributed', relation USING ERRCODE = 'wrong_object_type';
  END IF;
  IF target.repmodel = 's' AND shard_replication_factor > 1 THEN
    PERFORM pg_standin.refuse_ddl('raising the replication factor from 1');
  END IF;
  PERFORM pg_standin.copy_reference_tables();
  FOR shard IN SELECT * FROM pg_dist_shard WHERE logicalrelid = relation AND target.repmodel <> 't' AND shardid <> ALL (excluded_shard_list) ORDER BY shardid LOOP
    WHILE copies < max_shard_copies AND shard_replication_factor > (
      SELECT count(*) FROM pg_dist_placement JOIN pg_standin.active_workers() w USING (groupid) WHERE shardid = shard.shardid)
    LOOP
      -- The node with the fewest placements that does not have this one.
      SELECT w.groupid INTO node FROM pg_standin.active_workers() w
      WHERE shouldhaveshards AND NOT EXISTS (SELECT FROM pg_dist_placement p WHERE p.shardid = shard.shardid AND p.groupid = w.groupid)
      ORDER BY (SELECT count(*) FROM pg_dist_placement p WHERE p.groupid = w.groupid), w.nodeid LIMIT 1;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'could not find a target for shard %', shard.shardid USING HINT = 'Add or activate a worker node.';
      END IF;
      PERFORM pg_standin.copy_shard(s.logicalrelid, s.shardid, node)
      FROM pg_dist_shard s JOIN pg_dist_partition t USING (logicalrelid)
      WHERE t.colocationid = target.colocationid AND s.shardminvalue = shard.shardminvalue;
      copies := copies + 1;
    END LOOP;
  END LOOP;
  IF copies > 0 THEN
    PERFORM pg_standin.attach_shard(s.logicalrelid, s.shardid)
    FROM pg_dist_shard s JOIN pg_dist_partition t USING (logicalrelid)
    WHERE t.colocationid = target.colocationid ORDER BY s.shardid;
  END IF;
  PERFORM pg_standin.sync_workers();
END
$$;
