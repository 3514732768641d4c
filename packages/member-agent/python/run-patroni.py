"""
Runs Patroni: run-patroni.py PATRONI FILE, which ends a leader in such a way that another one leads soon; see docs/adr/0018.
"""

import os
import signal
import sys
import time

# For replicas to catch up, in Patroni a second.
GRACE = 1
LOOK_EVERY = 0.05
# A container's address goes with its last process, and nobody would refuse what is asked of it.
FAREWELL = 0.5


def main(program):
    # Where it was unpacked from a package, its modules are beside it.
    unpacked = os.path.join(os.path.dirname(os.path.dirname(program)), "usr/lib/python3/dist-packages")
    if os.path.isdir(unpacked):
        sys.path.insert(0, unpacked)
    from patroni import postgresql
    from patroni.__main__ import main as run
    from patroni.api import RestApiServer

    postgresql.STOP_POLLING_INTERVAL = LOOK_EVERY
    postgresql.Postgresql.stop = ending_first(postgresql.Postgresql.stop)
    RestApiServer.shutdown = refusing(RestApiServer.shutdown)
    run()


def ending_first(stop):
    """The lock is given up before a server has ended only where that takes long: it may be archiving."""

    def stop_and_end(server, *args, on_shutdown=None, **options):
        def once_it_takes_long(*positions):
            until = time.monotonic() + GRACE
            while server.is_running():
                if time.monotonic() > until:
                    return on_shutdown(*positions)
                time.sleep(LOOK_EVERY)

        return stop(server, *args, on_shutdown=on_shutdown and once_it_takes_long, **options)

    return stop_and_end


def refusing(shutdown):
    """Whoever wants to lead next, and the proxy, ask first, and would not be answered."""

    def shutdown_and_refuse(server):
        shutdown(server)
        server.server_close()

    return shutdown_and_refuse


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    try:
        main(sys.argv[0])
    finally:
        if os.getpid() == 1:
            # Patroni's handler would pass it on to a process that is gone.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(FAREWELL)
