#!/bin/sh
# Writes ids from 1 up into the table notes by psql, which is libpq, for SECONDS: libpq.sh SECONDS
# DATABASE_URL is of the proxy, or of all coordinators with target_session_attrs (`citus-ha uri --hosts`).
# Prints "ok ID" for what was acknowledged, "again ID" for a write that had to be sent again.
export PGCONNECT_TIMEOUT=2
end=$(($(date +%s) + $1))
id=0
while [ "$(date +%s)" -lt "$end" ]; do
  id=$((id + 1))
  tries=0
  # Sent twice it is there once: that is what makes it safe to try again.
  until psql "$DATABASE_URL" -qc "INSERT INTO notes VALUES ('libpq', $id) ON CONFLICT DO NOTHING" 2>&1 >&2; do
    tries=$((tries + 1))
    [ "$tries" -gt 1 ] || echo "again $id"
    [ "$tries" -lt 300 ] || exit 1
    sleep 0.1
  done
  echo "ok $id"
done
