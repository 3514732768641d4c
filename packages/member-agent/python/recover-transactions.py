"""A callback of Patroni's: recover-transactions.py PSQL SERVER PATRONI OTHERS ACTION ROLE SCOPE.

Where this coordinator leads, it ends the sessions that other coordinators (their addresses: OTHERS) still have on the
workers: a frozen one's hold locks on shards. Then it settles prepared transactions again and again, each time only if
Patroni says that the lease still holds. Patroni ends it with its next callback.
"""

import subprocess
import sys
import time
import urllib.request

EVERY = 10
RETRY_AFTER = 0.5
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
psql, server, patroni, others, _, role, _ = sys.argv[1:]

END_SESSIONS = """
SELECT count(*) FROM run_command_on_workers($command$
  SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
  WHERE client_addr = ANY ('{%s}'::inet[]) AND application_name LIKE 'citus_internal%%'
$command$)"""
# A server in recovery, as each is for a moment when it starts, does not show what is prepared there. Citus takes that for
# committed, forgets its record, and rolls it back once the server has been promoted and shows it. So none may be in recovery
# before, and none may have begun another life after; else what was forgotten comes back with the transaction's end.
RECOVER = """
DO $do$
DECLARE
  ask CONSTANT text := $ask$
    SELECT string_agg(format('%s:%s %s', nodename, nodeport, CASE WHEN success THEN result ELSE 'does not answer' END), ', '
      ORDER BY nodeid)
    FROM run_command_on_all_nodes($$SELECT pg_is_in_recovery() || ' since ' || pg_postmaster_start_time()$$)
    JOIN pg_dist_node USING (nodeid)$ask$;
  before text;
  after text;
BEGIN
  EXECUTE ask INTO before;
  IF before ~ ' true since ' THEN RAISE 'a node is in recovery (true): %', before; END IF;
  PERFORM recover_prepared_transactions();
  EXECUTE ask INTO after;
  IF after <> before THEN RAISE 'a node has begun another life: %, then %', before, after; END IF;
END $do$"""


def leads():
    try:
        return direct.open(patroni, timeout=2).status == 200
    except OSError:
        return False


def run(statement):
    limit = "SET statement_timeout = '20s'"
    return subprocess.run([psql, server, "-XAtq", "-c", limit, "-c", statement], capture_output=True)


def until_done(statement):
    is_told = False
    while True:
        if leads():
            attempt = run(statement)
            if attempt.returncode == 0:
                return
            if not is_told:
                print("transaction recovery:", attempt.stderr.decode(errors="replace"), file=sys.stderr, flush=True)
                is_told = True
        time.sleep(RETRY_AFTER)


if role in ("primary", "master"):
    until_done(END_SESSIONS % others)
    while True:
        until_done(RECOVER)
        time.sleep(EVERY)
