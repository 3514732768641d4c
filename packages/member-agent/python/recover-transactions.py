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
RECOVER = "SELECT recover_prepared_transactions()"


def leads():
    try:
        return direct.open(patroni, timeout=2).status == 200
    except OSError:
        return False


def run(statement):
    limit = "SET statement_timeout = '10s'"
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
