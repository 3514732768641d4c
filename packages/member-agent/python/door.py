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

QUESTION = r"""
SELECT 'in recovery' WHERE pg_is_in_recovery()
UNION ALL SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE 'citus\_0\_%'"""
# What was decided, and who may be about to: a transaction is named after the backend that has begun it.
DECISIONS = """
SELECT result FROM run_command_on_coordinator(format($ask$
  SELECT concat_ws(' ', 'leads', (SELECT string_agg(gid, ' ') FROM pg_dist_transaction WHERE groupid = %s),
                   (SELECT string_agg('by ' || pid, ' ') FROM pg_stat_activity WHERE xact_start IS NOT NULL))
  WHERE NOT pg_is_in_recovery()$ask$, (SELECT groupid FROM pg_dist_local_group))) WHERE success"""


class Door:
    def __init__(self, psql, server):
        self.command = [psql, server, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "SET statement_timeout = '5s'"]
        self.is_closed = False
        self.lives = 0

    def closed_at_start(self, start):
        def close_and_start(server, *args, **options):
            if not server.is_running():
                self.is_closed = True
                self.lives += 1
                threading.Thread(target=self.open_in_time, args=(server, self.lives), daemon=True).start()
            return start(server, *args, **options)

        return close_and_start

    def guarding(self, replace_pg_hba):
        """Nodes show a certificate, and are refused by the same lines that let them in; Patroni comes by a password then."""

        def replace(config):
            lines = config.get("pg_hba")
            if not self.is_closed or not lines:
                return replace_pg_hba(config)
            try:
                config._config["pg_hba"] = [refusing(line) for line in lines]
                return replace_pg_hba(config)
            finally:
                config._config["pg_hba"] = lines

        return replace

    def open_in_time(self, server, life):
        until = time.monotonic() + LONGEST
        awaits = None
        while life == self.lives and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            prepared = self.ask(QUESTION)
            if prepared is None or "in recovery" in prepared:
                continue
            if self.settle(prepared):
                break
            if awaits is None:
                awaits = prepared
                until = min(until, time.monotonic() + PATIENCE)
        if life != self.lives:
            return
        if time.monotonic() >= until:
            print(f"other nodes are let in though it is not known what became of {awaits}", file=sys.stderr, flush=True)
        self.is_closed = False
        server.config.replace_pg_hba()
        server.reload(block_callbacks=True)

    def settle(self, prepared):
        """Whether nothing is left that somebody may have been told was committed."""
        if not prepared:
            return True
        told = self.ask(DECISIONS)
        words = told[0].split() if told else []
        if "leads" not in words:
            return False
        for gid in prepared:
            if gid in words:
                self.ask(f"COMMIT PREPARED '{gid}'")
        left = self.ask(QUESTION)
        return left is not None and not any(gid in words or gid.split("_")[2] in words for gid in left)

    def ask(self, statement):
        """Its lines; nothing where it fails."""
        try:
            done = subprocess.run([*self.command, "-c", statement], capture_output=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode().split("\n")[:-1]


def refusing(line):
    return " ".join([*line.split()[:4], "reject"]) if line.startswith("hostssl") else line
