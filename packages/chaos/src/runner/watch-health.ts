import { readStatus, withPatience, type ClusterHandle } from '@citus-ha/cluster';
import type { Recorder } from '../history/recorder.js';
import { atFixedRate } from '../load/open-loop.js';

export interface HealthWatch {
  /** As last seen; `undefined` before the first look. */
  latest(): { readonly healthy: boolean; readonly problems: readonly string[]; readonly seenAt: number } | undefined;
  stop(): Promise<void>;
}

const intervalMs = 500;

/** Looks at the whole cluster until it is stopped, and notes what it sees; a look that gets no answer notes nothing. */
export function watchHealth(cluster: ClusterHandle, recorder: Recorder): HealthWatch {
  const stopping = new AbortController();
  let latest: ReturnType<HealthWatch['latest']>;
  const watching = atFixedRate({ intervalMs, offsetMs: 0, signal: stopping.signal }, async (dueAt) => {
    const seenAt = performance.now();
    if (seenAt - dueAt > intervalMs) return;
    const status = await readStatus(withPatience(cluster)).catch(() => undefined);
    if (!status) return;
    const problems = status.problems.map(({ message }) => message);
    latest = { healthy: status.healthy, problems, seenAt };
    recorder.record({ process: 'observer', type: 'ok', f: 'health', value: { healthy: status.healthy, problems } });
  });
  return {
    latest: () => latest,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}
