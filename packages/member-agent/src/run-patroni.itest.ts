import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../python/run-patroni.py');
const root = mkdtempSync(join(tmpdir(), 'citus-ha-run-patroni-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Modules of the names that Patroni has, whose server ends so many seconds after its data are complete; what they print. */
function run(
  version: string,
  seconds: number,
  isWorker = false,
): { readonly said: readonly string[]; readonly stderr: string } {
  const files = {
    '__init__.py': '',
    'version.py': `__version__ = '${version}'`,
    'api.py': `
from http.server import BaseHTTPRequestHandler, HTTPServer
class RestApiServer(HTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), BaseHTTPRequestHandler)`,
    'postgresql/__init__.py': `
import time
STOP_POLLING_INTERVAL = 1
class Postgresql:
    def __init__(self, ends):
        self.ends = ends
    def is_running(self):
        return time.monotonic() < self.ends
    def stop(self, mode="fast", on_shutdown=None):
        if on_shutdown:
            on_shutdown(7)
        print("stopped")
    state = "running"
    def start(self):
        self.config.replace_pg_hba()
    def reload(self, block_callbacks=False):
        print("reloaded")
        return True`,
    'ha.py': `
import time
from types import SimpleNamespace
class Failsafe:
    leader = "a"
    def __init__(self, said):
        self._last_update = time.time() - said
    def set_is_active(self, value):
        self.leader = None
class Cluster:
    def __init__(self, leader):
        self.leader = leader
class Ha:
    old_cluster = None
    dcs = SimpleNamespace(loop_wait=1)
    patroni = SimpleNamespace(config={"retry_timeout": 3})
    def __init__(self, name, stored, said):
        self.name, self.stored, self._failsafe = name, stored, Failsafe(said)
    def has_lock(self, info=True):
        return self.cluster.leader == self.name
    def load_cluster_from_dcs(self):
        self.cluster = Cluster(self.stored)
        if self.stored or not self.old_cluster:
            self.old_cluster = self.cluster
        if not self.stored:
            self.cluster = Cluster(self._failsafe.leader)`,
    'postgresql/config.py': `
class ConfigHandler:
    def __init__(self, lines):
        self._config = {"pg_hba": lines}
    def get(self, key):
        return self._config.get(key)
    def replace_pg_hba(self):
        print("lets in by", *self._config["pg_hba"])`,
    'postgresql/mpp/__init__.py': '',
    'postgresql/mpp/citus.py': `
class CitusHandler:
    def adjust_postgres_gucs(self, parameters):
        parameters["citus.local_hostname"] = "localhost"`,
    '__main__.py': `
import socket, sys, threading, time
from patroni import postgresql
from patroni.api import RestApiServer
from patroni.ha import Ha
from patroni.postgresql.config import ConfigHandler
from patroni.postgresql.mpp.citus import CitusHandler
class Patroni:
    def shutdown(self):
        print("ends")
def main():
    print(sys.argv[1], "looks every", postgresql.STOP_POLLING_INTERVAL)
    server = postgresql.Postgresql(time.monotonic() + ${seconds})
    server.stop("fast", on_shutdown=lambda position: print("gives up the lock at", position))
    server.stop("immediate")
    api = RestApiServer()
    threading.Thread(target=api.serve_forever).start()
    api.shutdown()
    print("refuses" if socket.socket().connect_ex(api.server_address) else "listens")
    Patroni().shutdown()
    for name, stored, said in ("b", None, 9), ("b", "a", 9), ("b", "a", 7), ("a", "a", 9):
        ha = Ha(name, stored, said)
        ha.load_cluster_from_dcs()
        print(name, "heeds", ha._failsafe.leader, "after", said, "where etcd has", stored)
    for parameters in {}, {"citus.local_hostname": "127.0.11.2"}:
        CitusHandler().adjust_postgres_gucs(parameters)
        print("is reached as", parameters["citus.local_hostname"])
    server = postgresql.Postgresql(0)
    server.config = ConfigHandler(["local all all trust", "hostssl all all 10.0.0.1/32 cert map=nodes"])
    server.start()
    time.sleep(0.6)`,
  };
  const modules = join(root, version, 'usr/lib/python3/dist-packages/patroni');
  mkdirSync(join(modules, 'postgresql/mpp'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(modules, name), text);
  // Psql of a server that answers nothing: it is no worker's that has anything prepared.
  writeFileSync(
    join(root, 'a.yml'),
    JSON.stringify(isWorker ? { citus_ha: { settle: ['true', 'server', 'leader'] } } : {}),
  );
  const { stdout, stderr } = spawnSync('/usr/bin/python3', [program, join(root, version, 'bin/patroni'), 'a.yml'], {
    cwd: root,
    encoding: 'utf8',
  });
  return { said: stdout.split('\n').filter(Boolean), stderr };
}

it('gives up the lock after the end of a server that ends soon, and refuses once it serves no longer', () => {
  expect(run('4.0.7', 0.3).said.slice(0, 5)).toEqual([
    'a.yml looks every 0.1',
    'stopped',
    'stopped',
    'refuses',
    'ends',
  ]);
});

it('gives it up before the end of a server that takes long', () => {
  expect(run('4.1.0', 3).said).toContain('gives up the lock at 7');
});

it('heeds who leads by failsafe mode until it has been silent for long and its lock is seen in etcd', () => {
  expect(run('4.0.8', 0).said.slice(5, 9)).toEqual([
    'b heeds a after 9 where etcd has None',
    'b heeds None after 9 where etcd has a',
    'b heeds a after 7 where etcd has a',
    'a heeds a after 9 where etcd has a',
  ]);
});

it('has Citus reach a server at the address that it was given', () => {
  expect(run('4.0.9', 0).said.slice(9, 11)).toEqual(['is reached as localhost', 'is reached as 127.0.11.2']);
});

it('lets no node into a worker that starts before it has nothing prepared that was decided', () => {
  const whole = 'lets in by local all all trust hostssl all all 10.0.0.1/32 cert map=nodes';
  expect(run('4.0.10', 0).said.slice(11)).toEqual([whole]);
  const shut = 'lets in by local all all trust hostssl all all 10.0.0.1/32 reject';
  expect(run('4.0.11', 0, true).said.slice(11)).toEqual([shut, whole, 'reloaded']);
});

it('runs no Patroni that loses acknowledged writes', () => {
  expect(run('3.0.2', 0)).toEqual({ said: [], stderr: expect.stringContaining('Patroni 3.0.2') as string });
});
