\connect postgres - worker1 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
CREATE EXTENSION IF NOT EXISTS citus;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

\connect postgres - worker2 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
CREATE EXTENSION IF NOT EXISTS citus;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

\connect postgres - worker3 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
CREATE EXTENSION IF NOT EXISTS citus;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;

\connect "postgres" - haproxy 5020
CREATE EXTENSION IF NOT EXISTS citus;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SELECT citus_add_node('worker1', 5432);
SELECT citus_add_node('worker2', 5432);
SELECT citus_add_node('worker3', 5432);
