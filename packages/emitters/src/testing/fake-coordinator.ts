import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** What its Patroni says; `silent` takes requests and never answers. */
export type Said = 'leads' | 'promotes' | 'stands by' | 'silent';

/** Listens, and has no room for anybody: as at an address where nobody is, a connection is neither made nor refused. */
const withoutRoom = `
import socket, sys, time
kept = []
for port in (5432, 8008):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((sys.argv[1], port))
    server.listen(0)
    kept.append(server)
    for _ in range(2):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex((sys.argv[1], port))
        kept.append(client)
print("full", flush=True)
time.sleep(60)`;

/** What a proxy sees of a coordinator: Patroni's answers, and a server that tells its name to whoever speaks to it. */
export class FakeCoordinator {
  says: Said = 'stands by';
  readonly name: string;
  readonly address: string;
  readonly #sockets = new Set<Socket>();
  readonly #servers: readonly Server[];
  #absence: ChildProcess | undefined;

  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
    const patroni = createHttpServer((request, answer) => {
      if (this.says === 'silent') return;
      const leads = this.says === 'leads' || this.says === 'promotes';
      const role = this.says === 'leads' ? 'primary' : 'replica';
      const isRight = request.url?.startsWith('/primary') ? leads : !leads;
      answer.writeHead(isRight ? 200 : 503).end(`{"state": "running", "role": "${role}"}`);
    });
    const postgres = createServer((socket) => socket.on('data', () => socket.write(name)));
    this.#servers = [patroni, postgres];
    for (const server of this.#servers) {
      server.on('connection', (socket) => {
        this.#sockets.add(socket.on('error', () => undefined));
        socket.on('close', () => this.#sockets.delete(socket));
      });
    }
  }

  async begin(): Promise<void> {
    for (const [index, port] of [8008, 5432].entries()) {
      const server = this.#servers[index]?.listen(port, this.address);
      if (server) await once(server, 'listening');
    }
  }

  /** As a process that is killed. */
  die(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#absence?.kill('SIGKILL');
  }

  /** As a container that is killed, whose address goes with it. */
  async vanish(): Promise<void> {
    this.die();
    this.#absence = spawn('python3', ['-c', withoutRoom, this.address]);
    if (this.#absence.stdout) await once(this.#absence.stdout, 'data');
  }
}
