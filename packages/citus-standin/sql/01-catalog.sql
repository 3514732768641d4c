-- The catalogs that Citus has, as ordinary logged tables, so that physical standbys of the coordinator have them too.
-- They live in pg_catalog, as Citus's do: unqualified names resolve, and pg_dump leaves them out. Whatever is the
-- stand-in's own lives in the schema pg_standin, whose pg_ prefix hides it from pg_dump and from psql's \d.

CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA IF NOT EXISTS pg_standin;
GRANT USAGE ON SCHEMA pg_standin TO PUBLIC;

DO $$
BEGIN
  IF to_regtype('pg_catalog.noderole') IS NULL THEN
    CREATE TYPE pg_catalog.noderole AS ENUM ('primary', 'secondary', 'unavailable');
    CREATE TYPE pg_catalog.distribution_type AS ENUM ('hash', 'range', 'append');
    CREATE TYPE pg_catalog.shard_transfer_mode AS ENUM ('auto', 'force_logical', 'block_writes');
  END IF;
END
$$;

CREATE SEQUENCE IF NOT EXISTS pg_catalog.pg_dist_node_nodeid_seq;
CREATE SEQUENCE IF NOT EXISTS pg_catalog.pg_dist_groupid_seq;
CREATE SEQUENCE IF NOT EXISTS pg_catalog.pg_dist_colocationid_seq;
CREATE SEQUENCE IF NOT EXISTS pg_catalog.pg_dist_placement_placementid_seq;
CREATE SEQUENCE IF NOT EXISTS pg_catalog.pg_dist_shardid_seq MINVALUE 102008;

CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_node (
  nodeid int NOT NULL DEFAULT nextval('pg_catalog.pg_dist_node_nodeid_seq') PRIMARY KEY,
  groupid int NOT NULL DEFAULT nextval('pg_catalog.pg_dist_groupid_seq') UNIQUE,
  nodename text NOT NULL,
  nodeport int NOT NULL DEFAULT 5432,
  noderack text NOT NULL DEFAULT 'default',
  hasmetadata bool NOT NULL DEFAULT false,
  isactive bool NOT NULL DEFAULT true,
  noderole noderole NOT NULL DEFAULT 'primary',
  nodecluster name NOT NULL DEFAULT 'default',
  metadatasynced bool DEFAULT false,
  shouldhaveshards bool NOT NULL DEFAULT true,
  nodeisclone bool NOT NULL DEFAULT false,
  nodeprimarynodeid int NOT NULL DEFAULT 0,
  UNIQUE (nodename, nodeport)
);

-- partkey is the attribute number of the distribution column, so that renaming the column changes nothing here.
CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_partition (
  logicalrelid regclass NOT NULL PRIMARY KEY,
  partmethod "char" NOT NULL,
  partkey text,
  colocationid int NOT NULL DEFAULT 0,
  repmodel "char" NOT NULL DEFAULT 'c',
  autoconverted bool DEFAULT false
);

CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_shard (
  logicalrelid regclass NOT NULL,
  shardid bigint NOT NULL PRIMARY KEY,
  shardstorage "char" NOT NULL,
  shardminvalue text,
  shardmaxvalue text
);

CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_placement (
  placementid bigint NOT NULL DEFAULT nextval('pg_catalog.pg_dist_placement_placementid_seq') PRIMARY KEY,
  shardid bigint NOT NULL,
  shardstate int NOT NULL,
  shardlength bigint NOT NULL,
  groupid int NOT NULL,
  UNIQUE (shardid, groupid)
);

CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_colocation (
  colocationid int NOT NULL PRIMARY KEY,
  shardcount int NOT NULL,
  replicationfactor int NOT NULL,
  distributioncolumntype oid NOT NULL,
  distributioncolumncollation oid
);

-- What the shards of a table look like on the workers, to find what a later ALTER TABLE or CREATE INDEX must change there.
CREATE TABLE IF NOT EXISTS pg_standin.definition (
  logicalrelid regclass NOT NULL PRIMARY KEY,
  columns jsonb NOT NULL,
  indexes jsonb NOT NULL
);

-- On a worker: the group this server is in.
CREATE TABLE IF NOT EXISTS pg_catalog.pg_dist_local_group (groupid int NOT NULL PRIMARY KEY);
INSERT INTO pg_dist_local_group SELECT 0 WHERE NOT EXISTS (SELECT FROM pg_dist_local_group);

CREATE OR REPLACE VIEW pg_catalog.pg_dist_shard_placement AS
SELECT shardid, shardstate, shardlength, nodename, nodeport, placementid
FROM pg_dist_placement JOIN pg_dist_node USING (groupid)
WHERE noderole = 'primary';

GRANT SELECT ON pg_dist_node, pg_dist_partition, pg_dist_shard, pg_dist_placement, pg_dist_colocation, pg_dist_local_group,
  pg_dist_shard_placement, pg_standin.definition TO PUBLIC;

CREATE OR REPLACE FUNCTION pg_catalog.citus_version() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT 'Citus stand-in 13.2 (citus-ha) on ' || version()
$$;

CREATE OR REPLACE FUNCTION pg_standin.shard_count() RETURNS int LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('citus.shard_count', true), ''), '32')::int
$$;

CREATE OR REPLACE FUNCTION pg_standin.replication_factor() RETURNS int LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('citus.shard_replication_factor', true), ''), '1')::int
$$;

-- One change of nodes, tables or placements at a time, on the coordinator only.
CREATE OR REPLACE FUNCTION pg_standin.lock_metadata() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_dist_local_group WHERE groupid > 0) THEN
    RAISE EXCEPTION 'operation is not allowed on this node'
      USING ERRCODE = 'internal_error', HINT = 'Connect to the coordinator and run it again.';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('pg_standin.metadata'));
END
$$;
