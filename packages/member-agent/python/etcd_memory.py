"""
What a coordinator last saw of etcd, on disk beside its data. An etcd that was put back to an earlier state, as from a backup, has
a lower revision (etcd manual, "API": revisions only grow) or is another cluster.
"""

import json
import os


def path_of(data_dir):
    return data_dir.rstrip("/") + ".etcd.json"


def remember(data_dir, header):
    path = path_of(data_dir)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"cluster": header["cluster_id"], "revision": int(header["revision"])}, file)
    os.replace(path + ".new", path)


def has_gone_back(data_dir, header):
    """False where nothing is remembered."""
    try:
        with open(path_of(data_dir), encoding="utf-8") as file:
            seen = json.load(file)
        return seen["cluster"] != header["cluster_id"] or seen["revision"] > int(header["revision"])
    except (OSError, ValueError, KeyError):
        return False
