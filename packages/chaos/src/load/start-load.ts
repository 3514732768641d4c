import { setMaxListeners } from 'node:events';
import { type ClusterHandle } from '@citus-ha/cluster';
import type { ClientPlan } from '../history/op.js';
import type { Recorder } from '../history/recorder.js';
import { isOfCrowd } from '../workloads/crowd.js';
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
  /** A number that no other request has. */
  readonly nextId: () => number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Clients at work. */
export interface Running {
  /** Ends it; resolves once every request has its outcome. Can be repeated. */
  stop(): Promise<void>;
}

/** Those with a fixed rate. */
export interface Load extends Running {
  /** See {@link patienceMs}. */
  readonly patienceMs: number;
  /** How long each client has had nothing acknowledged, the most patient one's, in milliseconds. */
  longestSilenceMs(): number;
}

/** Sets the clients with a rate to work: those of a crowd are left out. */
export function startLoad(options: LoadOptions): Load {
  const { cluster, recorder, clients, shards, seed, nextId, intervalMs, timeoutMs } = options;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  recorder.record({ process: 'runner', type: 'ok', f: 'load', value: 'begin' });
  const paced = clients.flatMap((plan, client) => (isOfCrowd(plan) ? [] : [{ plan, client }]));
  const servedAt = new Map(paced.map(({ client }) => [client, performance.now()]));
  const running = paced.map(({ plan, client }) =>
    runClient({
      server: cluster.endpoint(plan.endpoint),
      next: generatorOf({ plan, shards, random: randomBy(seed * 1000 + client), nextId }),
      recorder,
      client,
      clients: clients.length,
      timeoutMs,
      intervalMs,
      offsetMs: (client * intervalMs) / paced.length,
      signal: stopping.signal,
      onAcknowledged: () => void servedAt.set(client, performance.now()),
    }),
  );
  let stopped: Promise<void> | undefined;
  return {
    patienceMs: patienceMs({ timeoutMs, intervalMs }),
    longestSilenceMs: () => performance.now() - Math.min(...servedAt.values()),
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
