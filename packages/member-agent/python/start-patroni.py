"""
Becomes the program of its arguments, patroni FILE, once this new life of a member may have one (docs/adr/0010).

It first deletes a leader key that still carries the member's own name: whoever begins as the init of the member proves that
the life which held the key is over. Then, of several coordinators whose etcd knows nothing of them, only the one with the
newest data goes on; the others wait until it leads. Waits for etcd, as Patroni would. Beside Patroni, lag-agent.py goes on.
"""

import os
import signal
import subprocess
import sys
import time

import yaml
from etcd_gateway import Etcd, absent, deletion, setting, unchanged
from turn import Turn, may_start

EVERY = 0.2
LEASE = 10


def main(command):
    # PID 1 hears only what it has a handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with open(command[-1], encoding="utf-8") as file:
        config = yaml.safe_load(file)
    etcd = Etcd(config["etcd3"])
    scope = scope_path(config)
    until_answered(lambda: release(etcd, scope, config["name"]))
    own = config.get("citus_ha", {})
    peers = own.get("coordinators", [])
    if len(peers) > 1:
        wait_for_turn(etcd, scope, lambda: Turn(config["name"], peers, config["postgresql"]))
    if "lag_agent" in own:
        agent = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lag-agent.py")
        subprocess.Popen([sys.executable, agent, *own["lag_agent"]])
    os.execvp(command[0], command)


def scope_path(config):
    group = config.get("citus", {}).get("group")
    parts = [config["namespace"].strip("/"), config["scope"], *([] if group is None else [str(group)])]
    return "/" + "/".join(parts) + "/"


def release(etcd, scope, name):
    """In one transaction, guarded by value, revision and lease as read."""
    leader = etcd.below(scope).get("leader")
    if leader and leader["text"] == name and etcd.txn(unchanged(leader), [deletion(scope + "leader")]):
        say("deleted the leader key of this member's earlier life")


def wait_for_turn(etcd, scope, begin):
    turn = lease = None
    while not may_start(keys := until_answered(lambda: etcd.below(scope))):
        # To look at the data of a server that was killed takes a while, and mostly nobody has to.
        turn = turn or begin()
        if turn.told(keys):
            say(turn.words())
        try:
            if lease is None or not etcd.keep_alive(lease):
                lease = etcd.grant(LEASE)
            # With a lease, so that nobody believes what an earlier life has written.
            own = keys.get(turn.key)
            if own is None or own.get("lease") != lease or own["text"] != turn.text():
                etcd.put(scope + turn.key, turn.text(), lease)
            elif turn.is_first and etcd.txn(*claim(scope, turn, keys)):
                return
        except (OSError, ValueError):
            lease = None
        time.sleep(EVERY)


def claim(scope, turn, keys):
    """Nobody leads, and what was allowed to be left out still is: that counts once."""
    allowed = keys.get(turn.allowed_key)
    guard = absent(scope + "leader") + (unchanged(allowed) if allowed else absent(scope + turn.allowed_key))
    return guard, [setting(scope + turn.first_key, turn.name), deletion(scope + turn.allowed_key)]


def until_answered(ask):
    waiting = False
    while True:
        try:
            return ask()
        except (OSError, ValueError) as error:
            if not waiting:
                say(f"waiting for etcd: {error}")
            waiting = True
            time.sleep(0.5)


def say(text):
    print(text, flush=True)


main(sys.argv[1:])
