#!/bin/bash
# Whether PgBouncer takes connections at the port of its configuration.
set -eu

port="$(sed -n 's/^listen_port = //p' /etc/pgbouncer/pgbouncer.ini)"
exec 3<>"/dev/tcp/localhost/${port}"
