-- Copies of shards that have fewer active placements than asked for, as after citus_activate_node.

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
  IF target.repmodel = 't' THEN
    RETURN;
  END IF;
  FOR shard IN SELECT * FROM pg_dist_shard WHERE logicalrelid = relation AND shardid <> ALL (excluded_shard_list) ORDER BY shardid LOOP
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
    PERFORM pg_standin.sync_workers();
  END IF;
END
$$;
