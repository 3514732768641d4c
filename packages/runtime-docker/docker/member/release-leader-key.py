"""Deletes a leader key that still carries this member's own name, then becomes the program of its arguments: patroni FILE.

Whoever begins as PID 1 of a container proves that the life which held the key is over. One etcd transaction, guarded by
value, revision and lease as read (etcd manual, "gRPC gateway"). Waits for etcd, as Patroni would.
"""

import base64
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

import yaml

direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(command):
    # PID 1 hears only what it has a handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with open(command[1], encoding="utf-8") as file:
        config = yaml.safe_load(file)
    waiting = False
    while not release(config["etcd3"], leader_path(config), config["name"]):
        if not waiting:
            print("waiting for etcd", flush=True)
        waiting = True
        time.sleep(0.5)
    os.execvp(command[0], command)


def leader_path(config):
    group = config.get("citus", {}).get("group")
    parts = [config["namespace"].strip("/"), config["scope"], *([] if group is None else [str(group)]), "leader"]
    return "/" + "/".join(parts)


def release(etcd, path, name):
    """Whether any etcd has answered."""
    for host in etcd["hosts"]:
        try:
            token = log_in(host, etcd)
            found = call(host, "kv/range", {"key": encode(path)}, token).get("kvs", [])
            if found and found[0]["value"] == encode(name):
                delete(host, found[0], token)
            return True
        except (OSError, ValueError):
            continue
    return False


def log_in(host, etcd):
    """A token; None while etcd asks nobody who he is."""
    if "username" not in etcd:
        return None
    try:
        return call(host, "auth/authenticate", {"name": etcd["username"], "password": etcd["password"]})["token"]
    except urllib.error.HTTPError as refusal:
        if b"authentication is not enabled" in refusal.read():
            return None
        raise


def delete(host, key, token):
    guard = {"key": key["key"], "result": "EQUAL"}
    answer = call(
        host,
        "kv/txn",
        {
            "compare": [
                {**guard, "target": "VALUE", "value": key["value"]},
                {**guard, "target": "MOD", "mod_revision": key["mod_revision"]},
                {**guard, "target": "LEASE", "lease": key.get("lease", "0")},
            ],
            "success": [{"request_delete_range": {"key": key["key"]}}],
        },
        token,
    )
    if answer.get("succeeded"):
        print("deleted the leader key of this member's earlier life", flush=True)


def call(host, method, body, token=None):
    headers = {} if token is None else {"Authorization": token}
    request = urllib.request.Request(f"http://{host}/v3/{method}", json.dumps(body).encode(), headers)
    with direct.open(request, timeout=2) as answer:
        return json.load(answer)


def encode(text):
    return base64.b64encode(text.encode()).decode()


main(sys.argv[1:])
