import { connect, type ServerAddress } from '@citus-ha/citus';
import { CodedError } from '@citus-ha/core';

type Client = Awaited<ReturnType<typeof connect>>;

/** What requests are sent through. */
export type Session = Pick<Client, 'query'>;

export const applicationName = 'citus-ha-chaos';

/** One client's connection: made when it is needed, thrown away after any failure. */
export class Connection {
  readonly #server: ServerAddress;
  #client: Client | undefined;
  /** How long the last request took to connect; `undefined` where it did not, or had not to. */
  connectMs: number | undefined;

  constructor(server: ServerAddress) {
    this.#server = server;
  }

  /**
   * Runs a request, connecting first where that is needed, all within `timeoutMs`.
   *
   * @throws CodedError `REQUEST_TIMEOUT`; {@link Unsent} where no statement was sent; what the server said.
   */
  async run<T>(request: (session: Session) => Promise<T>, timeoutMs: number): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    this.connectMs = undefined;
    try {
      const session = (this.#client ??= await this.#connect(timeoutMs));
      return await withTimeout(request(session), Math.max(1, deadline - performance.now()));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Also in the middle of a request, which then fails. */
  close(): void {
    const client = this.#client;
    this.#client = undefined;
    void client?.end().catch(() => undefined);
  }

  async #connect(timeoutMs: number): Promise<Client> {
    const began = performance.now();
    try {
      const client = await connect(this.#server, { timeoutMs, statementTimeoutMs: 0, applicationName });
      this.connectMs = Math.round(performance.now() - began);
      return client;
    } catch (error) {
      throw new Unsent(error);
    }
  }
}

/** A request that failed before any statement was sent. */
export class Unsent extends Error {
  constructor(cause: unknown) {
    super('not sent', { cause });
  }
}

async function withTimeout<T>(request: Promise<T>, timeoutMs: number): Promise<T> {
  request.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CodedError('REQUEST_TIMEOUT', `no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([request, late]).finally(() => clearTimeout(timer));
}
