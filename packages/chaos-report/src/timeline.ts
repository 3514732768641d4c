import { percentilesOf, outagesOf, opsOf, type History, requestsOf, type Request } from '@citus-ha/chaos';

export interface Span {
  /** Seconds since the load began. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** What happened over time in one trial, in seconds since its load began. */
export interface Timeline {
  readonly seconds: number;
  readonly bucketSeconds: number;
  /** A second, in each bucket. */
  readonly writes: readonly number[];
  readonly reads: readonly number[];
  readonly failures: readonly number[];
  /** Milliseconds in each bucket, of writes; `null` where none was acknowledged. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly fault: Span | undefined;
  /** Of the write client that was worst off. */
  readonly outage: Span | undefined;
  /** When everything was back. */
  readonly restoredAt: number | undefined;
  /** Who took writes. */
  readonly leaders: readonly Span[];
}

const bucketSeconds = 0.5;

export function timelineOf(history: History): Timeline {
  const loads = opsOf(history, 'load');
  const begun = loads.find(({ value }) => value === 'begin')?.time ?? 0;
  const ended = loads.find(({ value }) => value === 'end')?.time ?? history.at(-1)?.time ?? begun;
  const at = (time: number) => (time - begun) / 1e9;
  const seconds = Math.max(bucketSeconds, at(ended));
  const count = Math.ceil(seconds / bucketSeconds);
  const bucketOf = (time: number) => Math.min(count - 1, Math.max(0, Math.floor(at(time) / bucketSeconds)));
  const requests = requestsOf(history);
  const rate = (matching: readonly Request[], timeOf: (request: Request) => number) => {
    const counts = Array.from({ length: count }, () => 0);
    for (const request of matching) {
      const bucket = bucketOf(timeOf(request));
      counts[bucket] = (counts[bucket] ?? 0) + 1 / bucketSeconds;
    }
    return counts;
  };
  const acknowledged = requests.filter(({ outcome }) => outcome === 'ok');
  const writes = acknowledged.filter(({ f }) => f === 'append' || f === 'transfer' || f === 'write');
  const latencies: number[][] = Array.from({ length: count }, () => []);
  for (const { invoked, endedAt } of writes) {
    latencies[bucketOf(endedAt)]?.push((endedAt - (invoked.due ?? invoked.time)) / 1e6);
  }
  const percentiles = latencies.map(percentilesOf);
  return {
    seconds,
    bucketSeconds,
    writes: rate(writes, ({ endedAt }) => endedAt),
    reads: rate(
      acknowledged.filter((request) => !writes.includes(request)),
      ({ endedAt }) => endedAt,
    ),
    failures: rate(
      requests.filter(({ outcome }) => outcome !== 'ok'),
      ({ invoked, endedAt }) => (Number.isFinite(endedAt) ? endedAt : invoked.time),
    ),
    p50: percentiles.map((one) => one?.p50 ?? null),
    p99: percentiles.map((one) => one?.p99 ?? null),
    ...eventsOf(history, requests, at, seconds),
  };
}

function eventsOf(
  history: History,
  requests: readonly Request[],
  at: (time: number) => number,
  seconds: number,
): Pick<Timeline, 'fault' | 'outage' | 'restoredAt' | 'leaders'> {
  const injected = opsOf(history, 'inject').find(({ type }) => type === 'invoke');
  const healed = opsOf(history, 'heal').find(({ type }) => type === 'invoke');
  const worst = outagesOf(history, requests).find(({ access }) => access === 'write');
  const health = opsOf(history, 'health');
  const sick = health.findLastIndex(({ value }) => !value.healthy);
  const restored = health[sick + 1];
  return {
    fault: injected && {
      from: at(injected.time),
      to: healed ? at(healed.time) : seconds,
      label: `${injected.value.fault} ${injected.value.members.join(', ')}`,
    },
    outage: worst && { from: at(worst.fromMs * 1e6), to: at(worst.fromMs * 1e6) + worst.ms / 1000, label: '' },
    restoredAt: sick >= 0 && restored ? at(restored.time) : undefined,
    leaders: leadersOf(history, at),
  };
}

function leadersOf(history: History, at: (time: number) => number): readonly Span[] {
  const spans: Span[] = [];
  for (const { time, value } of opsOf(history, 'beat')) {
    const label = `${value.member}, timeline ${value.timeline}`;
    const last = spans.at(-1);
    if (last?.label === label) spans[spans.length - 1] = { ...last, to: at(time) };
    else spans.push({ from: Math.max(0, at(value.since)), to: at(time), label });
  }
  return spans;
}
