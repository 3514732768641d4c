import type { ServerAddress } from '@citus-ha/citus';
import type { Recorder } from '../history/recorder.js';
import type { Generator } from '../workloads/requests.js';
import { Connection } from './connection.js';
import { atFixedRate, type Pace } from './open-loop.js';
import { outcomeOf } from './outcome.js';

export interface ClientOptions extends Pace {
  readonly server: ServerAddress;
  readonly next: Generator;
  readonly recorder: Recorder;
  /** Its place among the clients, and how many there are. */
  readonly client: number;
  readonly clients: number;
  readonly timeoutMs: number;
  readonly onAcknowledged: () => void;
}

/**
 * Sends requests at a fixed rate until the signal, and writes down what became of each. A request that is overdue by the
 * timeout before it could be sent is given up, as a person would: it fails with `GIVEN_UP`.
 */
export async function runClient(options: ClientOptions): Promise<void> {
  const { server, next, recorder, client, clients, timeoutMs, onAcknowledged } = options;
  const connection = new Connection(server);
  let process = client;
  await atFixedRate(options, async (dueAt) => {
    const { f, value, send } = next();
    const lateMs = Math.max(0, performance.now() - dueAt);
    recorder.record({ process, type: 'invoke', f, value, due: Math.round(recorder.now() - lateMs * 1e6) });
    if (lateMs >= timeoutMs) {
      recorder.record({ process, type: 'fail', f, value, error: 'GIVEN_UP' });
      return;
    }
    try {
      const answer = await connection.run(send, timeoutMs);
      recorder.record({ process, type: 'ok', f, value: answer });
      onAcknowledged();
    } catch (error) {
      const outcome = outcomeOf(error);
      recorder.record({ process, f, value, ...outcome });
      if (outcome.type === 'info') process += clients;
    }
  });
  connection.close();
}
