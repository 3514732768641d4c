\connect postgres - worker1 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
SELECT 'CREATE EXTENSION citus' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
\gexec
SELECT 'CREATE EXTENSION pg_stat_statements' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
\gexec

\connect postgres - worker2 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
SELECT 'CREATE EXTENSION citus' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
\gexec
SELECT 'CREATE EXTENSION pg_stat_statements' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
\gexec

\connect postgres - worker3 5432
SELECT 'CREATE DATABASE "postgres"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'postgres')
\gexec
\connect "postgres"
SELECT 'CREATE EXTENSION citus' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
\gexec
SELECT 'CREATE EXTENSION pg_stat_statements' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
\gexec

\connect "postgres" - haproxy 5000
SELECT 'CREATE EXTENSION citus' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')
\gexec
SELECT 'CREATE EXTENSION pg_stat_statements' WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
\gexec
SELECT citus_add_node('worker1', 5432);
SELECT citus_add_node('worker2', 5432);
SELECT citus_add_node('worker3', 5432);
