"""Whose turn it is to start first, from what each coordinator has written into etcd of its data."""

import json

from data_position import Unreadable, rank, read_position

FOLDER = "citus-ha/"
POSITIONS = FOLDER + "positions/"


def may_start(keys):
    """
    Somebody leads, or etcd knows enough for Patroni to judge by itself who may: which database it is, and under synchronous
    modes who has every acknowledged write. Patroni writes `initialize` before it leads, the others once it does.
    """

    def text(key):
        return keys.get(key, {}).get("text", "")

    if not text("initialize"):
        return False
    if text("leader"):
        return True
    return bool(text("config")) and (not json.loads(text("config")).get("synchronous_mode") or "sync" in keys)


class Turn:
    first_key = FOLDER + "first"
    allowed_key = FOLDER + "allow-loss"

    def __init__(self, name, peers, postgresql):
        self.name = name
        self.peers = peers
        self.key = POSITIONS + name
        self.is_first = False
        self.waits_for = []
        self.why = ""
        self.stuck = False
        try:
            self.position = read_position(postgresql["data_dir"], postgresql["bin_dir"])
        except Unreadable as error:
            self.position = {"problem": str(error)}

    def text(self):
        return json.dumps({**self.position, "waitsFor": self.waits_for, "why": self.why, "stuck": self.stuck})

    def told(self, keys):
        """Looks again; whether that changed anything."""
        positions = {peer: json.loads(keys[POSITIONS + peer]["text"]) for peer in self.peers if POSITIONS + peer in keys}
        positions[self.name] = self.position
        allowed = json.loads(keys[self.allowed_key]["text"]) if self.allowed_key in keys else None
        first = keys.get(self.first_key, {}).get("text")
        before = (self.is_first, self.waits_for, self.why)
        self.waits_for, self.why, self.stuck = whom_to_wait_for(self.name, self.peers, positions, allowed, first)
        self.is_first = not self.waits_for
        return before != (self.is_first, self.waits_for, self.why)

    def words(self):
        held = self.position.get("problem") or held_words(self.position)
        return f"{held}; " + (f"waits for {', '.join(self.waits_for)}: {self.why}" if self.waits_for else "goes first")


def held_words(position):
    return f"holds timeline {position['timeline']} up to {position['lsn']}" if position else "holds no data"


def whom_to_wait_for(name, peers, positions, allowed, first):
    """
    Names, a reason, and whether time alone changes nothing; no names where it is this one's turn. `allowed` are those that may be left out although nothing is
    known of them: who allows it knows that they do not run.
    """
    broken = {peer: seen["problem"] for peer, seen in positions.items() if "problem" in seen}
    missing = [peer for peer in peers if peer not in positions and peer not in (allowed or [])]
    # Who goes first needs a moment until it leads; where it cannot, it waits again, and says so itself.
    claimed = first is not None and first != name
    goes_first = "it goes first, and does not lead yet"
    if name in broken:
        return [name], broken[name], allowed is None and not claimed
    if missing:
        if missing == [first]:
            return missing, goes_first, False
        return missing, "nothing is known of their data", False
    if broken and allowed is None:
        return ([first], goes_first, False) if claimed else (list(broken), "; ".join(broken.values()), True)
    holders = {peer: seen for peer, seen in positions.items() if seen.get("system")}
    systems = sorted({seen["system"] for seen in holders.values()})
    if len(systems) > 1:
        told = [f"{peer} has {seen['system']}" for peer, seen in holders.items()]
        return list(holders), f"their data are of different databases: {', '.join(told)}", True
    if not holders:
        left_out = [peer for peer in peers if peer not in positions or peer in broken]
        return left_out, "nobody else has data", True
    newest = max((peer for peer in peers if peer in holders), key=lambda peer: rank(holders[peer]))
    if newest == name:
        return [], "", False
    return [newest], f"it holds the newest data, {held_words(holders[newest])[6:]}", False
