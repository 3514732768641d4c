import type { Client } from 'pg';
import { connect, type ConnectOptions, type ServerAddress } from './server-connection.js';

interface Session {
  readonly client: Client;
  /** What askers get: it waits for its turn, and is not ended by them. */
  readonly shared: Client;
}

/** One connection to each server for all who ask it: a login costs a server more than most questions do. */
export class SharedSessions {
  readonly #sessions = new Map<string, Promise<Session>>();

  /** A server to share; whoever comes first says how long connecting and statements may take. */
  share(server: ServerAddress): ServerAddress {
    const key = `${server.host}:${server.port}/${server.database}`;
    const open = (_: ServerAddress, options: ConnectOptions): Promise<Client> => {
      const session = this.#sessions.get(key) ?? connect(server, options).then(sessionOf);
      this.#sessions.set(key, session);
      return session.then(({ shared }) => shared);
    };
    return { ...server, open };
  }

  /** Ends every connection, whatever goes on there. */
  async end(): Promise<void> {
    const ends = [...this.#sessions.values()].map((session) => session.then(({ client }) => client.end()));
    await Promise.allSettled(ends);
  }
}

function sessionOf(client: Client): Session {
  let before: Promise<unknown> = Promise.resolve();
  const query = (text: string, values?: unknown[]) => {
    const answer = before.then(() => client.query(text, values));
    before = answer.catch(() => undefined);
    return answer;
  };
  return { client, shared: { query, end: async () => undefined } as unknown as Client };
}
