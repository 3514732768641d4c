-- Nodes, with the signatures and messages of Citus.

CREATE OR REPLACE FUNCTION pg_standin.node_at(host text, port int) RETURNS pg_dist_node LANGUAGE plpgsql STABLE AS $$
DECLARE
  node pg_dist_node;
BEGIN
  SELECT * INTO node FROM pg_dist_node n WHERE n.nodename = host AND n.nodeport = port;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'node at "%:%" does not exist', host, port USING ERRCODE = 'internal_error';
  END IF;
  RETURN node;
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.active_workers() RETURNS SETOF pg_dist_node LANGUAGE sql STABLE AS $$
  SELECT * FROM pg_dist_node WHERE isactive AND noderole = 'primary' AND groupid > 0 ORDER BY nodeid
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_add_node(
  nodename text, nodeport int, groupid int DEFAULT -1, noderole noderole DEFAULT 'primary', nodecluster name DEFAULT 'default'
) RETURNS int LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_column
DECLARE
  node pg_dist_node;
BEGIN
  PERFORM pg_standin.lock_metadata();
  SELECT * INTO node FROM pg_dist_node n WHERE n.nodename = $1 AND n.nodeport = $2;
  IF FOUND THEN
    RETURN node.nodeid;
  END IF;
  IF $4 <> 'primary' THEN
    RAISE EXCEPTION 'the stand-in for Citus has no % nodes', $4 USING ERRCODE = 'feature_not_supported';
  END IF;
  IF $3 = 0 THEN
    PERFORM citus_set_coordinator_host($1, $2);
    RETURN (SELECT nodeid FROM pg_dist_node WHERE groupid = 0);
  END IF;
  IF $3 > 0 AND EXISTS (SELECT FROM pg_dist_node n WHERE n.groupid = $3) THEN
    RAISE EXCEPTION 'group % already has a primary node', $3;
  END IF;
  INSERT INTO pg_dist_node (groupid, nodename, nodeport, nodecluster, isactive)
  VALUES (CASE WHEN $3 > 0 THEN $3 ELSE nextval('pg_dist_groupid_seq') END, $1, $2, $5, false)
  RETURNING * INTO node;
  PERFORM pg_standin.set_node(node.groupid, node.nodename, node.nodeport);
  PERFORM pg_standin.refuse_known_server(node);
  RETURN citus_activate_node($1, $2);
END
$$;

-- One server belongs to one node only: registered twice it would take every write twice.
CREATE OR REPLACE FUNCTION pg_standin.refuse_known_server(node pg_dist_node) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  claimed int;
BEGIN
  claimed := pg_standin.run(node.groupid, 'SELECT groupid FROM pg_dist_local_group');
  IF EXISTS (SELECT FROM pg_dist_node n WHERE n.groupid = claimed AND n.groupid > 0 AND n.nodeid <> node.nodeid) THEN
    RAISE EXCEPTION 'canceling the transaction since it was involved in a distributed deadlock'
      USING ERRCODE = 'deadlock_detected',
        DETAIL = format('The server at %s:%s is registered as group %s already.', node.nodename, node.nodeport, claimed);
  END IF;
EXCEPTION WHEN sqlclient_unable_to_establish_sqlconnection THEN
  RAISE EXCEPTION 'connection to the remote node %@%:% failed', current_user, node.nodename, node.nodeport
    USING ERRCODE = 'connection_failure', HINT = 'The log of this server has the cause.';
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_set_coordinator_host(
  host text, port int DEFAULT current_setting('port')::int,
  node_role noderole DEFAULT 'primary', node_cluster name DEFAULT 'default'
) RETURNS void LANGUAGE plpgsql STRICT AS $$
BEGIN
  PERFORM pg_standin.lock_metadata();
  UPDATE pg_dist_node SET nodename = host, nodeport = port WHERE groupid = 0;
  IF NOT FOUND THEN
    INSERT INTO pg_dist_node (groupid, nodename, nodeport, hasmetadata, metadatasynced, shouldhaveshards)
    VALUES (0, host, port, true, true, false);
  END IF;
  PERFORM pg_standin.create_local_copies();
  PERFORM pg_standin.sync_workers();
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.refuse_to_lose_shards(node pg_dist_node) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lost record;
BEGIN
  SELECT s.shardid, s.logicalrelid INTO lost
  FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid)
  WHERE p.groupid = node.groupid AND NOT EXISTS (
    SELECT FROM pg_dist_placement other JOIN pg_standin.active_workers() w USING (groupid)
    WHERE other.shardid = p.shardid AND other.groupid <> node.groupid)
  ORDER BY s.shardid LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'cannot remove or disable the node %:% because because it contains the only shard placement for shard %',
      node.nodename, node.nodeport, lost.shardid
      USING ERRCODE = 'internal_error',
        DETAIL = format('One of the table(s) that prevents the operation complete successfully is %s', lost.logicalrelid),
        HINT = 'To proceed, either drop the tables or use undistribute_table() function to convert them to local tables';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_disable_node(nodename text, nodeport int, synchronous bool DEFAULT false)
RETURNS void LANGUAGE plpgsql STRICT AS $$
DECLARE
  node pg_dist_node := pg_standin.node_at($1, $2);
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF NOT $3 AND node.nodeid = (SELECT min(nodeid) FROM pg_standin.active_workers()) THEN
    RAISE EXCEPTION 'disabling the first worker node in the metadata is not allowed'
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = format('You can force disabling node, SELECT citus_disable_node(%L, %s, synchronous:=true);', $1, $2);
  END IF;
  PERFORM pg_standin.refuse_to_lose_shards(node);
  UPDATE pg_dist_node SET isactive = false WHERE nodeid = node.nodeid;
  PERFORM pg_standin.sync_workers();
END
$$;

-- What the node holds is stale, so its placements are dropped; replicate_table_shards() makes new ones.
CREATE OR REPLACE FUNCTION pg_catalog.citus_activate_node(nodename text, nodeport int)
RETURNS int LANGUAGE plpgsql STRICT AS $$
DECLARE
  node pg_dist_node := pg_standin.node_at($1, $2);
  stale record;
BEGIN
  PERFORM pg_standin.lock_metadata();
  PERFORM pg_standin.run(node.groupid, 'UPDATE pg_dist_local_group SET groupid = ' || node.groupid);
  PERFORM pg_standin.run(node.groupid, format('CREATE SCHEMA IF NOT EXISTS %I', nspname)) FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public');
  IF node.isactive THEN
    PERFORM pg_standin.sync_workers();
    RETURN node.nodeid;
  END IF;
  FOR stale IN SELECT s.* FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid) WHERE p.groupid = node.groupid LOOP
    PERFORM pg_standin.drop_placement(stale.logicalrelid, stale.shardid, node.groupid);
  END LOOP;
  UPDATE pg_dist_node n SET isactive = true, hasmetadata = true, metadatasynced = true WHERE n.nodeid = node.nodeid;
  PERFORM pg_standin.sync_workers();
  RETURN node.nodeid;
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_remove_node(nodename text, nodeport int) RETURNS void LANGUAGE plpgsql STRICT AS $$
DECLARE
  node pg_dist_node := pg_standin.node_at($1, $2);
BEGIN
  PERFORM pg_standin.lock_metadata();
  PERFORM pg_standin.refuse_to_lose_shards(node);
  IF node.isactive AND pg_standin.answers(node.groupid) THEN
    PERFORM pg_standin.drop_placement(s.logicalrelid, s.shardid, node.groupid)
    FROM pg_dist_placement p JOIN pg_dist_shard s USING (shardid) WHERE p.groupid = node.groupid;
    PERFORM pg_standin.run(node.groupid, 'UPDATE pg_dist_local_group SET groupid = 0');
  END IF;
  DELETE FROM pg_dist_placement p WHERE p.groupid = node.groupid;
  DELETE FROM pg_dist_node n WHERE n.nodeid = node.nodeid;
  PERFORM pg_standin.sync_workers();
  PERFORM pg_standin.drop_server('citus_node_' || node.groupid);
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_update_node(
  node_id int, new_node_name text, new_node_port int, force bool DEFAULT false, lock_cooldown int DEFAULT 10000
) RETURNS void LANGUAGE plpgsql STRICT AS $$
BEGIN
  PERFORM pg_standin.lock_metadata();
  IF EXISTS (SELECT FROM pg_dist_node WHERE nodename = $2 AND nodeport = $3 AND nodeid <> $1) THEN
    RAISE EXCEPTION 'there is already another node with the specified hostname and port'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  UPDATE pg_dist_node SET nodename = $2, nodeport = $3 WHERE nodeid = $1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'node % not found', $1 USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM pg_standin.sync_workers();
END
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_get_active_worker_nodes(OUT node_name text, OUT node_port bigint)
RETURNS SETOF record LANGUAGE sql STRICT AS $$
  SELECT nodename, nodeport::bigint FROM pg_standin.active_workers()
$$;

CREATE OR REPLACE FUNCTION pg_catalog.citus_check_connection_to_node(nodename text, nodeport int DEFAULT 5432)
RETURNS bool LANGUAGE sql STRICT AS $$
  SELECT COALESCE(bool_or(n.groupid = 0 OR pg_standin.answers(n.groupid)), false)
  FROM pg_dist_node n WHERE n.nodename = $1 AND n.nodeport = $2
$$;

-- As seen from the coordinator and from each worker that answers.
CREATE OR REPLACE FUNCTION pg_catalog.citus_check_cluster_node_health(
  OUT from_nodename text, OUT from_nodeport int, OUT to_nodename text, OUT to_nodeport int, OUT result bool
) RETURNS SETOF record LANGUAGE plpgsql STRICT AS $$
DECLARE
  source record;
  target record;
BEGIN
  FOR source IN SELECT * FROM pg_dist_node WHERE isactive ORDER BY nodeid LOOP
    FOR target IN SELECT * FROM pg_dist_node WHERE isactive ORDER BY nodeid LOOP
      from_nodename := source.nodename;
      from_nodeport := source.nodeport;
      to_nodename := target.nodename;
      to_nodeport := target.nodeport;
      result := CASE
        WHEN source.groupid = 0 THEN target.groupid = 0 OR pg_standin.answers(target.groupid)
        WHEN NOT pg_standin.answers(source.groupid) THEN NULL
        ELSE pg_standin.run(source.groupid, format('SELECT pg_standin.answers(%s)', target.groupid))::bool
      END;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;

-- Nothing is ever left prepared: postgres_fdw commits without two phases.
CREATE OR REPLACE FUNCTION pg_catalog.recover_prepared_transactions() RETURNS int LANGUAGE sql AS 'SELECT 0';
