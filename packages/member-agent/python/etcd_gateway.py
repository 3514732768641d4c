"""etcd's v3 API through its JSON gateway (etcd manual, "gRPC gateway"), with the login that patroni.yml has, if any."""

import base64
import json
import urllib.error
import urllib.request

direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Etcd:
    """Asks the hosts in turn. Whoever changes something guards it, so that being sent twice does no harm."""

    def __init__(self, section):
        self.hosts = section["hosts"]
        self.protocol = section.get("protocol", "http")
        self.login = {"name": section.get("username"), "password": section.get("password")}
        self.token = None
        self.header = None

    def call(self, path, body):
        """Raises OSError or ValueError where no host gives an answer."""
        failure = OSError("no etcd is known")
        for host in self.hosts:
            try:
                return self.ask(host, path, body)
            except (OSError, ValueError) as error:
                failure = error
        raise failure

    def ask(self, host, path, body):
        """Logs in where etcd asks who it is talking to, which may begin and end at any time."""
        if self.login["name"] is None:
            return self.post(host, path, body)
        try:
            self.token = self.token or self.log_in(host)
            return self.post(host, path, body)
        except urllib.error.HTTPError:
            # A token ends after a while, and with the etcd that gave it.
            self.token = None
            self.token = self.log_in(host)
            return self.post(host, path, body)

    def log_in(self, host):
        """A token; None while etcd asks nobody."""
        try:
            return self.post(host, "auth/authenticate", self.login)["token"]
        except urllib.error.HTTPError as refusal:
            if b"authentication is not enabled" in refusal.read():
                return None
            raise

    def post(self, host, path, body):
        request = urllib.request.Request(f"{self.protocol}://{host}/v3/{path}", json.dumps(body).encode())
        if self.token is not None:
            request.add_header("Authorization", self.token)
        with direct.open(request, timeout=2) as answer:
            return json.load(answer)

    def below(self, prefix):
        """Every key with this prefix, without it, as etcd has it, its value decoded beside."""
        found = self.call("kv/range", {"key": encode(prefix), "range_end": encode(prefix[:-1] + chr(ord(prefix[-1]) + 1))})
        self.header = found["header"]
        keys = {decode(kv["key"])[len(prefix) :]: kv for kv in found.get("kvs", [])}
        return {key: {**kv, "text": decode(kv.get("value", ""))} for key, kv in keys.items()}

    def put(self, key, text, lease=0):
        self.header = self.call("kv/put", {"key": encode(key), "value": encode(text), "lease": lease})["header"]

    def txn(self, compare, success):
        return bool(self.call("kv/txn", {"compare": compare, "success": success}).get("succeeded"))

    def grant(self, seconds):
        return self.call("lease/grant", {"TTL": seconds})["ID"]

    def seconds_left(self, lease):
        return int(self.call("lease/timetolive", {"ID": lease}).get("TTL", 0))

    def keep_alive(self, lease):
        """Whether there is still such a lease."""
        return int(self.call("lease/keepalive", {"ID": lease}).get("result", {}).get("TTL", 0)) > 0


def unchanged(kv):
    guard = {"key": kv["key"], "result": "EQUAL"}
    return [
        {**guard, "target": "VALUE", "value": kv.get("value", "")},
        {**guard, "target": "MOD", "mod_revision": kv["mod_revision"]},
        {**guard, "target": "LEASE", "lease": kv.get("lease", "0")},
    ]


def absent(key):
    return [{"key": encode(key), "result": "EQUAL", "target": "CREATE", "create_revision": "0"}]


def deletion(key):
    return {"request_delete_range": {"key": encode(key)}}


def setting(key, text):
    return {"request_put": {"key": encode(key), "value": encode(text)}}


def encode(text):
    return base64.b64encode(text.encode()).decode()


def decode(text):
    return base64.b64decode(text).decode()
