"""
Becomes the program of its arguments, of which the last is patroni.yml, once this new life of a member may have one (docs/adr/0010).

It first deletes a leader key that still carries the member's own name: whoever begins as the init of the member proves that
the life which held the key is over. Then, of several coordinators whose etcd knows nothing of them, or has gone back to what it knew
earlier, only the one with the newest data goes on; the others wait until it leads. Waits for etcd, as Patroni would. Beside
Patroni remember-etcd.py and lag-agent.py go on.
"""

import json
import os
import signal
import subprocess
import sys
import time

import yaml
from etcd_gateway import Etcd, absent, deletion, setting, unchanged
from etcd_memory import has_gone_back
from parent import ends_with_parent
from scope import scope_path
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
        is_known = who_leads_is_known(etcd, config["postgresql"]["data_dir"])
        wait_for_turn(etcd, scope, is_known, lambda: Turn(config["name"], peers, config["postgresql"]))
        beside("remember-etcd.py", command[-1])
    if "lag_agent" in own:
        beside("lag-agent.py", *own["lag_agent"])
    os.execvp(command[0], command)


def beside(program, *args):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), program)
    subprocess.Popen([sys.executable, path, *args], preexec_fn=ends_with_parent())


def release(etcd, scope, name):
    """In one transaction, guarded by value, revision and lease as read."""
    leader = etcd.below(scope).get("leader")
    if leader and leader["text"] == name and etcd.txn(unchanged(leader), [deletion(scope + "leader")]):
        say("deleted the leader key of this member's earlier life")


def who_leads_is_known(etcd, data_dir):
    """Of an etcd that has gone back only a leader who renews its lease is believed."""
    gone_back = None
    alive = Renewals()

    def is_known(keys):
        nonlocal gone_back
        if gone_back is None and (gone_back := has_gone_back(data_dir, etcd.header)):
            say("etcd has gone back to an earlier state: what it says of who may lead is not believed")
        return alive.see(etcd, keys.get("leader")) if gone_back else may_start(keys)

    return is_known


class Renewals:
    """Tells a leader who lives from a key that was put back: its lease ends later and later. Once alone may be etcd's own start."""

    def __init__(self):
        self.latest = None
        self.seen = 0

    def see(self, etcd, leader):
        if leader is None:
            self.__init__()
            return False
        asked = time.monotonic()
        left = etcd.seconds_left(leader.get("lease", "0"))
        # Full seconds are told, of some moment between question and answer: a slow answer is no renewal.
        earliest, latest = asked + left, time.monotonic() + left + 1
        if self.latest is None or earliest > self.latest:
            self.seen += self.latest is not None
            self.latest = latest
        self.latest = min(self.latest, latest)
        return self.seen >= 2


def wait_for_turn(etcd, scope, is_known, begin):
    turn = lease = None
    while True:
        keys = until_answered(lambda: etcd.below(scope))
        if until_answered(lambda: is_known(keys)):
            return
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
    """
    Nobody leads, and what was allowed to be left out still is: that counts once. What `sync` says of others is of an earlier state.
    """
    allowed = keys.get(turn.allowed_key)
    guard = absent(scope + "leader") + (unchanged(allowed) if allowed else absent(scope + turn.allowed_key))
    alone = json.dumps({"leader": turn.name, "sync_standby": None})
    corrected = [setting(scope + "sync", alone)] if "sync" in keys else []
    return guard, [setting(scope + turn.first_key, turn.name), deletion(scope + turn.allowed_key), *corrected]


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


if __name__ == "__main__":
    main(sys.argv[1:])
