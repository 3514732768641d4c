"""
Answers HAProxy's agent-check for a coordinator (HAProxy manual, "agent-check"): lag-agent.py ADDRESS PORT PSQL SERVER.

HAProxy sends how old, in milliseconds, what is read here may be, and is told `up` or `down`. The data of a standby are from
when its leader last said where its WAL ends, if the standby has replayed up to there; all by this machine's clock.
"""

import socketserver
import subprocess
import sys
import threading
import time
from collections import deque

from parent import ends_with_parent

EVERY = 0.5
RETRY_AFTER = 2

QUESTION = """
SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0', latest_end_lsn - '0/0',
       extract(epoch FROM clock_timestamp() - last_msg_receipt_time)
FROM (SELECT) AS once LEFT JOIN pg_stat_wal_receiver ON true;
"""


class Data:
    """How old they are; unknown until they were seen whole."""

    def __init__(self):
        self.whole_at = None
        # Where the leader's WAL ended, and when it said so; without its oldest the data are only taken for older.
        self.awaited = deque(maxlen=1000)

    def see(self, now, in_recovery, replayed, end, silence):
        if in_recovery != "t":
            self.whole_at = now
        elif end != "":
            self.await_end(int(end), now - max(0, float(silence)))
        while self.awaited and self.awaited[0][0] <= int(replayed):
            self.whole_at = self.awaited.popleft()[1]

    def await_end(self, end, said_at):
        if self.awaited and end < self.awaited[-1][0]:
            # Another leader, and WAL that this one never had.
            self.awaited.clear()
        if self.awaited and end == self.awaited[-1][0]:
            self.awaited.pop()
        self.awaited.append((end, said_at))

    def verdict(self, limit):
        if self.whole_at is None:
            return "down #not known yet"
        age = time.monotonic() - self.whole_at
        return "up" if age <= limit else f"down #{age:.0f} s old"


def watch(data, psql, server):
    while True:
        try:
            ask(data, [psql, server, "-XAtq", "-F", " ", "-v", "ON_ERROR_STOP=1"])
        except BrokenPipeError:
            pass
        except Exception as error:
            print(f"lag-agent: {error}", file=sys.stderr, flush=True)
        data.awaited.clear()
        time.sleep(RETRY_AFTER)


def ask(data, command):
    """Until the server is gone."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, preexec_fn=ends_with_parent(), text=True, **pipes) as session:
        while True:
            now = time.monotonic()
            session.stdin.write(QUESTION)
            session.stdin.flush()
            answer = session.stdout.readline()
            if answer == "":
                return
            data.see(now, *answer.rstrip("\n").split(" "))
            time.sleep(EVERY)


def serve(data, address, port):
    class Answer(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.settimeout(1)
            try:
                limit = int(self.request.recv(32)) / 1000
                self.request.sendall(f"{data.verdict(limit)}\n".encode())
            except (OSError, ValueError):
                pass

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((address, port), Answer) as server:
        server.serve_forever()


def main(address, port, psql, server):
    data = Data()
    threading.Thread(target=watch, args=(data, psql, server), daemon=True).start()
    serve(data, address, int(port))


main(*sys.argv[1:])
