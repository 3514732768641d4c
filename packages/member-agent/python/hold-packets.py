"""Holds back what arrives: hold-packets.py MS MATCH..., where MATCH is what iptables(8) is to match.

Runs in the network namespace it is for. Prints "ready" once it holds packets, and ends when its rule is gone. The kernel
keeps them in a queue of netfilter's (linux/netfilter/nfnetlink_queue.h) and lets them pass where nobody serves that queue.
What is sent cannot be held: the kernel counts it as not sent yet, and stops sending.
"""

import collections
import os
import select
import socket
import struct
import subprocess
import sys
import time

NETFILTER = 12
PACKET, VERDICT, CONFIG = (3 << 8 | kind for kind in range(3))
REQUEST, ACKNOWLEDGE = 1, 4
BIND = (1, struct.pack("!BBH", 1, 0, 0))
WITHOUT_PAYLOAD = (2, struct.pack("!IB", 0, 1))
LENGTH = (3, struct.pack("!I", 1 << 16))
LOOK_EVERY = 0.5
# In a row: a look may fail for other reasons than that the rule is gone.
MISSES = 2

# Unlike that of any other one in this namespace.
QUEUE = os.getpid() & 0xFFFF
RULE = ["-j", "NFQUEUE", "--queue-num", str(QUEUE), "--queue-bypass"]


def main(seconds, match):
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    for attribute in (BIND, WITHOUT_PAYLOAD, LENGTH):
        send(link, CONFIG, attribute, ACKNOWLEDGE)
        code = struct.unpack_from("=i", link.recv(1 << 16), 16)[0]
        if code:
            raise OSError(-code, "netfilter gives no queue")
    iptables("-A", match).check_returncode()
    # In one write: whoever waits for it may close the pipe at its first letter.
    os.write(1, b"ready\n")
    hold(link, seconds, match)


def hold(link, seconds, match):
    held = collections.deque()
    look_at = time.monotonic() + LOOK_EVERY
    misses = 0
    while misses < MISSES:
        until = min(look_at, held[0][0]) if held else look_at
        if select.select([link], [], [], max(0, until - time.monotonic()))[0]:
            due = time.monotonic() + seconds
            held.extend((due, packet) for packet in receive(link))
        now = time.monotonic()
        while held and held[0][0] <= now:
            send(link, VERDICT, (2, struct.pack("!II", 1, held.popleft()[1])))
        if now >= look_at:
            misses = misses + 1 if iptables("-C", match).returncode else 0
            look_at = now + LOOK_EVERY


def receive(link):
    """Ids of packets, each the beginning of its message's first attribute."""
    try:
        data = link.recv(1 << 20)
    except OSError:
        # More came than could be told of: lost, as on an overloaded line.
        return
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if kind == PACKET:
            yield struct.unpack_from("!I", data, 24)[0]
        data = data[(length + 3) & ~3 :]


def send(link, kind, attribute, flags=0):
    name, value = attribute
    body = struct.pack("!BBH", 0, 0, QUEUE) + struct.pack("=HH", 4 + len(value), name) + value
    body += bytes(-len(body) % 4)
    link.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST | flags, 0, 0) + body)


def iptables(action, match):
    return subprocess.run(["iptables", "-w", "-t", "mangle", action, "INPUT", *match, *RULE], capture_output=True)


main(int(sys.argv[1]) / 1000, sys.argv[2:])
