"""A callback of Patroni's: recover-transactions.py PSQL SERVER PATRONI OTHERS VERSION ACTION ROLE SCOPE.

Where this coordinator leads, it ends the sessions that other coordinators (their addresses: OTHERS) still have on the
workers: a frozen one's hold locks on shards. Then it settles prepared transactions again and again, its own and those that
were begun on workers, each time only if Patroni says that the lease still holds. It goes on until the next one begins, which
ends it; after a reload only one that is called otherwise, as by another VERSION of this file, begins.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

EVERY = 10
RETRY_AFTER = 0.5
# Who does not answer is asked three times in a run.
LIMITED = "SET statement_timeout = '20s'; SET citus.node_connection_timeout = '3s'"
# Until Patroni has told Citus who leads, a dead coordinator is asked first, which may have taken its address with it.
QUICK = LIMITED + "; SET citus.node_connection_timeout = '200ms'"
LEADING = ("primary", "master")
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
psql, server, patroni, others, _, action, role, _ = sys.argv[1:]
OF_THIS_EVENT = 3

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
    SELECT string_agg(format('%s:%s %s', nodename, nodeport,
      CASE WHEN success THEN result WHEN groupid = 0 THEN 'is away' ELSE 'does not answer' END), ', ' ORDER BY nodeid)
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
# In haste a worker may not answer twice, and be asked what it has prepared in between.
RECOVER_QUICKLY = RECOVER.replace(
    "END $do$", "  IF before ~ 'does not answer' THEN RAISE 'a worker does not answer: %', before; END IF;\nEND $do$"
)
# A worker's transactions have their records there, and it cannot see either who is in recovery.
RECOVER_WORKERS = f"""
SELECT nodename, nodeport, result FROM run_command_on_workers($worker${RECOVER}$worker$) WHERE NOT success"""
# Most clusters have none: to look for them takes a connection to each node, to settle them some from each to each.
IS_BEGUN_ON_WORKERS = """
SELECT EXISTS (SELECT FROM run_command_on_all_nodes($look$
  SELECT EXISTS (SELECT FROM pg_prepared_xacts WHERE gid ~ '^citus_[1-9]')
    OR EXISTS (SELECT FROM pg_dist_transaction, pg_dist_local_group own WHERE own.groupid > 0)
$look$) WHERE result IS DISTINCT FROM 'f')"""


def leads():
    try:
        return direct.open(patroni, timeout=2).status == 200
    except OSError:
        return False


def run(statement, settings=LIMITED):
    return subprocess.run([psql, server, "-XAtq", "-c", settings, "-c", statement], capture_output=True)


def until_done(statement, settings=LIMITED):
    is_told = False
    while True:
        if leads():
            attempt = run(statement, settings)
            if attempt.returncode == 0:
                return
            if not is_told:
                print("transaction recovery:", attempt.stderr.decode(errors="replace"), file=sys.stderr, flush=True)
                is_told = True
        time.sleep(RETRY_AFTER)


def recover_workers():
    """Beside all else: a worker may take its time, or not answer at all."""
    told = None
    while True:
        if leads() and run(IS_BEGUN_ON_WORKERS).stdout.strip() != b"f":
            attempt = run(RECOVER_WORKERS)
            said = (attempt.stdout + attempt.stderr).decode(errors="replace")
            if said not in ("", told):
                print("transaction recovery of workers:", said, file=sys.stderr, flush=True)
            told = said
        time.sleep(EVERY)


class Process:
    def __init__(self, pid):
        self.pid = int(pid)
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            self.command = file.read().split(b"\0")[:-1]
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        self.parent = int(fields[1])
        self.age = (int(fields[19]), self.pid)


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield Process(pid)
        except OSError:
            pass


def elders(this):
    """Those that run this file, whatever is in it by now, on this member."""
    return [each for each in processes() if each.command[1:2] == this.command[1:2] and each.age < this.age]


def end(process):
    """With its children; held first, so that it begins no other."""
    try:
        os.kill(process.pid, signal.SIGSTOP)
        children = [each.pid for each in processes() if each.parent == process.pid]
        for pid in [*children, process.pid]:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def is_due(this, before):
    if action != "on_reload":
        return True
    return role in LEADING and all(each.command[:-OF_THIS_EVENT] != this.command[:-OF_THIS_EVENT] for each in before)


def main():
    this = Process(os.getpid())
    before = elders(this)
    if not is_due(this, before):
        return
    for elder in before:
        end(elder)
    if role not in LEADING:
        return
    if action != "on_reload":
        until_done(END_SESSIONS % others)
    threading.Thread(target=recover_workers, daemon=True).start()
    if action != "on_reload" and leads():
        run(RECOVER_QUICKLY, QUICK)
    while True:
        until_done(RECOVER)
        time.sleep(EVERY)


main()
