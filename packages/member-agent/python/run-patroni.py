"""
Runs Patroni: run-patroni.py PATRONI FILE, which ends a leader in such a way that another one leads soon; see docs/adr/0018, and 0019
for failsafe mode. A worker that nobody replaces has a door, see door.py.
"""

import inspect
import os
import sys
import time
from http.server import HTTPServer

import yaml
from door import Door

# Releases before 4 lose acknowledged writes.
MINIMUM = 4
LOOK_EVERY = 0.1
# How long a server may take to end once its data are complete, before the lock is given up meanwhile.
GRACE = 1
# A container's address goes with its last process, and nobody would refuse what is asked of it.
FAREWELL = 0.5


def main(program, file):
    # Where it was unpacked from a package, its modules are beside it.
    unpacked = os.path.join(os.path.dirname(os.path.dirname(program)), "usr/lib/python3/dist-packages")
    if os.path.isdir(unpacked):
        sys.path.insert(0, unpacked)
    from patroni import postgresql
    from patroni.__main__ import Patroni
    from patroni.__main__ import main as run
    from patroni.api import RestApiServer
    from patroni.ha import Ha
    from patroni.postgresql.mpp.citus import CitusHandler
    from patroni.version import __version__

    if int(__version__.split(".")[0]) < MINIMUM:
        sys.exit(f"Patroni {__version__} is what /usr/bin/python3 finds: it takes {MINIMUM} or later")
    postgresql.STOP_POLLING_INTERVAL = LOOK_EVERY
    if "on_shutdown" in inspect.signature(postgresql.Postgresql.stop).parameters:
        postgresql.Postgresql.stop = ending_first(postgresql.Postgresql.stop)
    RestApiServer.shutdown = refusing(RestApiServer.shutdown)
    Patroni.shutdown = staying(Patroni.shutdown)
    Ha.load_cluster_from_dcs = forgetting(Ha.load_cluster_from_dcs)
    CitusHandler.adjust_postgres_gucs = keeping_own_name(CitusHandler.adjust_postgres_gucs)
    with open(file, encoding="utf-8") as text:
        settle = yaml.safe_load(text).get("citus_ha", {}).get("settle")
    if settle:
        from patroni.postgresql.config import ConfigHandler

        door = Door(*settle)
        postgresql.Postgresql.start = door.closed_at_start(postgresql.Postgresql.start)
        ConfigHandler.replace_pg_hba = door.guarding(ConfigHandler.replace_pg_hba)
    run()


def ending_first(stop):
    """The lock is given up before a server has ended only where that takes long: it may be archiving."""

    def stop_and_end(server, *args, **options):
        on_shutdown = options.get("on_shutdown")

        def once_it_takes_long(*positions):
            until = time.monotonic() + GRACE
            while server.is_running():
                if time.monotonic() > until:
                    return on_shutdown(*positions)
                time.sleep(LOOK_EVERY / 2)

        if on_shutdown:
            options["on_shutdown"] = once_it_takes_long
        return stop(server, *args, **options)

    return stop_and_end


def refusing(shutdown):
    """Whoever wants to lead next, and the proxy, ask first, and would not be answered."""

    def refuse_and_shutdown(server):
        HTTPServer.shutdown(server)
        server.server_close()
        shutdown(server)

    return refuse_and_shutdown


def staying(shutdown):
    """Only after an end in order, and only where the init, which goes with this one, is all that keeps an address."""

    def shutdown_and_stay(patroni):
        shutdown(patroni)
        if os.getppid() == 1:
            time.sleep(FAREWELL)

    return shutdown_and_stay


def forgetting(load):
    """Who holds the lock in etcd, and has not said for longer than it would that it leads by failsafe mode, no longer does."""

    def load_and_forget(ha):
        load(ha)
        # One that was put in by failsafe mode is never kept as the last healthy state.
        leader = ha.cluster.leader if ha.cluster is ha.old_cluster else None
        silent = time.time() - ha._failsafe._last_update
        if leader and not ha.has_lock(False) and silent > 2 * (ha.dcs.loop_wait + ha.patroni.config["retry_timeout"]):
            ha._failsafe.set_is_active(0)

    return load_and_forget


def keeping_own_name(adjust):
    """Until its first reload Patroni has Citus reach its own server as localhost, wherever that listens."""
    name = "citus.local_hostname"

    def adjust_and_keep(handler, parameters):
        own = parameters.get(name)
        adjust(handler, parameters)
        if own:
            parameters[name] = own

    return adjust_and_keep


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    main(*sys.argv)
