import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isOfCrowd } from '../workloads/crowd.js';
import { generatorOf } from '../workloads/requests.js';
import { randomBy } from '../workloads/random.js';
import { Connection } from './connection.js';
import { outcomeOf } from './outcome.js';
import type { LoadOptions, Running } from './start-load.js';

/** After which a client of a crowd gives up: it is there to wait, and to show how long. */
const timeoutMs = 30_000;
/** Before a client tries again that was refused: else it would do nothing but that. */
const pauseMs = 100;

/** Sets the clients of a crowd to work, each with its next request as soon as the last one has ended; those with a rate are left out. */
export function startCrowd(options: Omit<LoadOptions, 'intervalMs' | 'timeoutMs'>): Running {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const running = options.clients.flatMap((plan, client) =>
    isOfCrowd(plan) ? [runOne(options, client, stopping.signal)] : [],
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function runOne(
  { cluster, recorder, clients, shards, seed, nextId }: Parameters<typeof startCrowd>[0],
  client: number,
  signal: AbortSignal,
): Promise<void> {
  const plan = clients[client];
  if (!plan) return;
  const next = generatorOf({ plan, shards, random: randomBy(seed * 1000 + client), nextId });
  const connection = new Connection(cluster.endpoint(plan.endpoint));
  let process = client;
  while (!signal.aborted) {
    const { f, value, send } = next();
    recorder.record({ process, type: 'invoke', f, value });
    try {
      const answer = await connection.run(send, timeoutMs);
      recorder.record({ process, type: 'ok', f, value: answer, connectMs: connection.connectMs });
      if (plan.workload === 'storm') connection.close();
    } catch (error) {
      const outcome = outcomeOf(error);
      recorder.record({ process, f, value, ...outcome, connectMs: connection.connectMs });
      if (outcome.type === 'info') process += clients.length;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  connection.close();
}
