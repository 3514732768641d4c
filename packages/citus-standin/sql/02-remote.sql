-- How servers talk to one another. Each server has the view pg_standin.command; an INSERT into it runs SQL there, inside
-- the transaction that postgres_fdw keeps open for the caller, so that remote DDL commits or rolls back with it.

CREATE OR REPLACE VIEW pg_standin.command AS SELECT NULL::text AS command, NULL::text AS result;

-- A command that starts with SELECT answers one value.
CREATE OR REPLACE FUNCTION pg_standin.run_command() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.command LIKE 'SELECT %' THEN
    EXECUTE NEW.command INTO NEW.result;
  ELSE
    EXECUTE NEW.command;
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER run_command INSTEAD OF INSERT ON pg_standin.command
  FOR EACH ROW EXECUTE FUNCTION pg_standin.run_command();

-- A server of postgres_fdw with its command table. With several hosts it connects to the first that answers within
-- connect_timeout. Passwords come from the password file of the server process. A wait for a lock that the local
-- deadlock detector cannot see is ended by lock_timeout. Members of the extension are left out by pg_dump.
CREATE OR REPLACE FUNCTION pg_standin.set_server(name text, hosts text[], ports int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  address text := format('host %L, port %L', array_to_string(hosts, ','), array_to_string(ports, ','));
  options text[] := (SELECT srvoptions FROM pg_foreign_server WHERE srvname = name);
BEGIN
  IF options @> ARRAY['host=' || array_to_string(hosts, ','), 'port=' || array_to_string(ports, ',')] THEN
    RETURN;
  END IF;
  IF options IS NOT NULL THEN
    EXECUTE format('ALTER SERVER %I OPTIONS (%s)', name, regexp_replace(address, '(host|port) ', 'SET \1 ', 'g'));
    RETURN;
  END IF;
  EXECUTE format($sql$CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (%s, dbname %L,
    connect_timeout '2', keepalives_idle '2', keepalives_interval '1', keepalives_count '3', tcp_user_timeout '5000',
    options '-c lock_timeout=10s', fetch_size '10000', batch_size '1000', parallel_commit 'true',
    fdw_startup_cost '10', fdw_tuple_cost '0.1')$sql$, name, address, current_database());
  EXECUTE format('CREATE USER MAPPING FOR PUBLIC SERVER %I OPTIONS (user %L, password_required %L)', name, current_user, 'false');
  EXECUTE format('ALTER EXTENSION postgres_fdw ADD SERVER %I', name);
  EXECUTE format($sql$CREATE FOREIGN TABLE pg_standin.%I (command text, result text) SERVER %I
    OPTIONS (schema_name 'pg_standin', table_name 'command')$sql$, name, name);
END
$$;

CREATE OR REPLACE FUNCTION pg_standin.drop_server(name text) RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
BEGIN
  EXECUTE format('ALTER EXTENSION postgres_fdw DROP SERVER %I', name);
  EXECUTE format('DROP SERVER %I CASCADE', name);
END
$$;

-- Runs a command at a server; answers its value where it starts with SELECT.
CREATE OR REPLACE FUNCTION pg_standin.run_at(server text, command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE format('INSERT INTO pg_standin.%I (command) VALUES ($1) RETURNING result', server) INTO answer USING command;
  RETURN answer;
END
$$;

-- The server of one node, here and on every worker that must reach it.
CREATE OR REPLACE FUNCTION pg_standin.set_node(groupid int, host text, port int) RETURNS void LANGUAGE sql AS $$
  SELECT pg_standin.set_server('citus_node_' || groupid, ARRAY[host], ARRAY[port])
$$;

CREATE OR REPLACE FUNCTION pg_standin.run(groupid int, command text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_standin.run_at('citus_node_' || groupid, command)
$$;

-- What an INSERT may name: generated columns are left out.
CREATE OR REPLACE FUNCTION pg_standin.insertable_columns(rel regclass, prefix text DEFAULT '') RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(prefix || quote_ident(attname), ', ' ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = rel AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

-- Whether a node answers, tried on a connection of its own outside any transaction state that matters.
CREATE OR REPLACE FUNCTION pg_standin.answers(groupid int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  RETURN pg_standin.run(groupid, 'SELECT true')::bool;
EXCEPTION WHEN OTHERS THEN
  RETURN false;
END
$$;
