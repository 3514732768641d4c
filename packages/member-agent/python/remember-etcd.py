"""
remember-etcd.py FILE, FILE being patroni.yml: writes down what is seen of etcd while Patroni runs. It first puts a key of its own, so
that no two moments have the same revision.
"""

import sys
import time

import yaml
from etcd_gateway import Etcd
from etcd_memory import remember
from scope import scope_path

EVERY = 5


def main(path):
    with open(path, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    etcd = Etcd(config["etcd3"])
    key = f"{scope_path(config)}citus-ha/seen/{config['name']}"
    while True:
        try:
            etcd.put(key, "")
            remember(config["postgresql"]["data_dir"], etcd.header)
        except (OSError, ValueError):
            pass
        time.sleep(EVERY)


main(sys.argv[1])
