"""Where etcd has what belongs to one Patroni cluster."""


def scope_path(config):
    group = config.get("citus", {}).get("group")
    parts = [config["namespace"].strip("/"), config["scope"], *([] if group is None else [str(group)])]
    return "/" + "/".join(parts) + "/"
