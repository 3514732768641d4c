import { setMaxListeners } from 'node:events';
import { type ClusterHandle } from '@citus-ha/cluster';
import type { ClientPlan } from '../history/op.js';
import type { Recorder } from '../history/recorder.js';
import { randomBy } from '../workloads/random.js';
import { generatorOf } from '../workloads/requests.js';
import type { LoadedShard } from '../workloads/tables.js';
import { patienceMs } from './pace.js';
import { runClient } from './run-client.js';

export interface LoadOptions {
  readonly cluster: ClusterHandle;
  readonly recorder: Recorder;
  readonly clients: readonly ClientPlan[];
  readonly shards: readonly LoadedShard[];
  readonly seed: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Clients at work. */
export interface Load {
  /** See {@link patienceMs}. */
  readonly patienceMs: number;
  /** How long each client has had nothing acknowledged, the most patient one's, in milliseconds. */
  longestSilenceMs(): number;
  /** Ends the load; resolves once every request has its outcome. Can be repeated. */
  stop(): Promise<void>;
}

export function startLoad(options: LoadOptions): Load {
  const { cluster, recorder, clients, shards, seed, intervalMs, timeoutMs } = options;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  let lastId = 0;
  recorder.record({ process: 'runner', type: 'ok', f: 'load', value: 'begin' });
  const servedAt = clients.map(() => performance.now());
  const running = clients.map((plan, client) =>
    runClient({
      server: cluster.endpoint(plan.endpoint),
      next: generatorOf({ plan, shards, random: randomBy(seed * 1000 + client), nextId: () => ++lastId }),
      recorder,
      client,
      clients: clients.length,
      timeoutMs,
      intervalMs,
      offsetMs: (client * intervalMs) / clients.length,
      signal: stopping.signal,
      onAcknowledged: () => (servedAt[client] = performance.now()),
    }),
  );
  let stopped: Promise<void> | undefined;
  return {
    patienceMs: patienceMs({ timeoutMs, intervalMs }),
    longestSilenceMs: () => performance.now() - Math.min(...servedAt),
    stop: () => {
      stopped ??= (async () => {
        recorder.record({ process: 'runner', type: 'ok', f: 'load', value: 'end' });
        stopping.abort();
        await Promise.all(running);
      })();
      return stopped;
    },
  };
}
