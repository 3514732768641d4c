"""
Keeps other nodes out of a worker that has begun a new life until it shows what was decided while it was away (docs/adr/0021): Citus
acknowledges a transaction that a worker has only prepared, and who reads that worker before it has committed it sees what was before.
"""

import subprocess
import sys
import threading
import time

LOOK_EVERY = 0.2
# Who does not learn in this time what was decided lets others in all the same; so does who cannot even ask himself.
PATIENCE = 10
LONGEST = 60

# Citus names a transaction after the group and the backend that have begun it.
QUESTION = r"""
SELECT 'in recovery' WHERE pg_is_in_recovery()
UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid ~ '^citus_0_\d+_\d+_\d+$'"""
OWN_GROUP = "SELECT groupid FROM pg_dist_local_group"
# Who may be about to commit is asked before what was committed: a backend that commits in between is in one of the two at least.
BUSY = "SELECT pid FROM pg_stat_activity WHERE xact_start IS NOT NULL"
COMMITTED = "SELECT gid FROM pg_dist_transaction WHERE groupid = "


class Door:
    """`server` is the worker's own, `leader` whichever coordinator takes writes; connection strings of libpq."""

    def __init__(self, psql, server, leader):
        self.psql = psql
        self.server = server
        self.leader = leader
        self.lock = threading.Lock()
        self.is_closed = False
        self.lives = 0

    def closed_at_start(self, start):
        def close_and_start(server, *args, **options):
            if not server.is_running():
                with self.lock:
                    self.is_closed = True
                    self.lives += 1
                threading.Thread(target=self.open_in_time, args=(server, self.lives), daemon=True).start()
            return start(server, *args, **options)

        return close_and_start

    def guarding(self, replace_pg_hba):
        """Nodes show a certificate, and are refused by the same lines that let them in; Patroni comes by a password then."""

        def replace(config):
            whole = config._config
            lines = whole.get("pg_hba")
            if not self.is_closed or not lines:
                return replace_pg_hba(config)
            shut = {**whole, "pg_hba": [refusing(line) for line in lines]}
            try:
                config._config = shut
                return replace_pg_hba(config)
            finally:
                if config._config is shut:
                    config._config = whole

        return replace

    def open_in_time(self, server, life):
        self.wait_until_settled(server, life)
        while life == self.lives:
            try:
                with self.lock:
                    if life != self.lives:
                        return
                    self.is_closed = False
                    server.config.replace_pg_hba()
                if server.reload(block_callbacks=True):
                    return
            except Exception as error:
                say(f"other nodes cannot be let in yet: {error}")
            time.sleep(1)

    def wait_until_settled(self, server, life):
        until = time.monotonic() + LONGEST
        is_awaited = False
        while life == self.lives and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            prepared = self.ask(self.server, QUESTION)
            if server.state == "starting" if prepared is None else "in recovery" in prepared:
                until = time.monotonic() + LONGEST
                continue
            if prepared is None:
                continue
            if self.settle(prepared):
                return
            if not is_awaited:
                is_awaited = True
                until = time.monotonic() + PATIENCE
        if life == self.lives:
            say("other nodes are let in though it is not known what was decided while this one was away")

    def settle(self, prepared):
        """Whether nothing is left that somebody may have been told was committed."""
        if not prepared:
            return True
        group = self.ask(self.server, OWN_GROUP)
        busy = self.ask(self.leader, BUSY)
        committed = self.ask(self.leader, f"{COMMITTED}{group[0]}") if group else None
        if busy is None or committed is None:
            return False
        decided = [gid for gid in prepared if gid in committed]
        if decided:
            self.ask(self.server, *(f"COMMIT PREPARED '{gid}'" for gid in decided))
        left = self.ask(self.server, QUESTION)
        return left is not None and not any(gid in decided or gid.split("_")[2] in busy for gid in left)

    def ask(self, server, *statements):
        """Its lines; nothing where it fails."""
        commands = [part for each in ("SET statement_timeout = '5s'", *statements) for part in ("-c", each)]
        try:
            done = subprocess.run([self.psql, server, "-XAtq", *commands], capture_output=True, timeout=10)
        except (OSError, subprocess.SubprocessError):
            return None
        # The last one's code: who settles it at the same time does the same.
        return done.stdout.decode().split("\n")[:-1] if done.returncode == 0 else None


def refusing(line):
    return " ".join([*line.split()[:4], "reject"]) if line.startswith("hostssl") else line


def say(text):
    print(text, file=sys.stderr, flush=True)
