import { opsOf, type History } from '../history/op.js';
import { requestsWith, type Request } from '../history/requests.js';
import type { Check } from './verdict.js';

/** A read, or what was found when everything had ended. */
interface Read {
  readonly key: number;
  readonly value: number | null;
  readonly begunAt: number;
  readonly endedAt: number;
}

/** Every request that wrote or read one value of one key, seen as one. */
interface Zone {
  /** `null` for the register as it was before any write. */
  readonly value: number | null;
  /** The earliest end and the latest beginning among them. */
  readonly firstEnd: number;
  readonly lastBegin: number;
}

/**
 * Whether each key behaved like one register on the write endpoint: linearizable. Values are written once only, so that it
 * can be decided exactly from zones (Gibbons and Korach, "Testing Shared Memories", 1997): no read before its write, no
 * two forward zones that overlap, no backward zone within a forward one. What was found at the end counts as one more
 * read of every key, so that a last write that is lost shows.
 */
export function checkRegister(history: History, requests: readonly Request[]): Check {
  const writes = requestsWith(requests, 'write');
  const reads = [...readsOf(requests), ...finalReadsOf(history)];
  if (reads.length === 0) return { name: 'register', valid: 'unknown', detail: 'no register was read' };
  const keys = [...new Set([...writes.map(({ invoked }) => invoked.value.key), ...reads.map(({ key }) => key)])];
  const anomalies = keys.flatMap((key) =>
    anomaliesOf(
      writes.filter(({ invoked }) => invoked.value.key === key),
      reads.filter((read) => read.key === key),
    ).map((anomaly) => `key ${key}: ${anomaly}`),
  );
  if (anomalies.length === 0 && finalReadsOf(history).length === 0) {
    return { name: 'register', valid: 'unknown', detail: 'the registers were not read at the end' };
  }
  if (anomalies.length === 0) {
    return { name: 'register', valid: true, detail: `${reads.length} reads of ${keys.length} keys, all linearizable` };
  }
  return {
    name: 'register',
    valid: false,
    detail: `${anomalies.length} anomalies, the first: ${anomalies[0]}`,
  };
}

function readsOf(requests: readonly Request[]): readonly Read[] {
  return requestsWith(requests, 'read')
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ value, invoked, endedAt }) => ({ ...value, begunAt: invoked.time, endedAt }));
}

function finalReadsOf(history: History): readonly Read[] {
  return opsOf(history, 'finalRegisters').flatMap(({ time, value }) =>
    value.map((found) => ({ ...found, begunAt: time, endedAt: time })),
  );
}

function anomaliesOf(writes: readonly Request<'write'>[], reads: readonly Read[]): readonly string[] {
  const anomalies: string[] = [];
  const writeOf = new Map(writes.map((write) => [write.invoked.value.value, write]));
  const readersOf = new Map<number | null, Read[]>();
  for (const read of reads) readersOf.set(read.value, [...(readersOf.get(read.value) ?? []), read]);

  const zones: Zone[] = [];
  for (const [value, readers] of readersOf) {
    const write = value === null ? undefined : writeOf.get(value);
    if (value !== null && write === undefined) anomalies.push(`read ${value}, which nobody wrote`);
    else if (write?.outcome === 'fail') anomalies.push(`read ${value}, whose write had failed`);
    else if (write && readers.some(({ endedAt }) => endedAt < write.invoked.time)) {
      anomalies.push(`read ${value} before it was written`);
    }
  }
  const zoneOf = (value: number | null, begunAt: number, endedAt: number): Zone => {
    const readers = readersOf.get(value) ?? [];
    return {
      value,
      firstEnd: Math.min(endedAt, ...readers.map((read) => read.endedAt)),
      lastBegin: Math.max(begunAt, ...readers.map((read) => read.begunAt)),
    };
  };
  // The register begins empty: as if that had been written before everything else.
  zones.push(zoneOf(null, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY));
  for (const [value, write] of writeOf) {
    const read = readersOf.has(value);
    // One that nobody read may never have taken effect, unless it was acknowledged.
    if (write.outcome === 'fail' || (write.outcome === 'info' && !read)) continue;
    zones.push(zoneOf(value, write.invoked.time, write.endedAt));
  }
  return [...anomalies, ...conflictsOf(zones)];
}

function conflictsOf(zones: readonly Zone[]): readonly string[] {
  const forward = zones
    .filter(({ firstEnd, lastBegin }) => firstEnd < lastBegin)
    .sort((a, b) => a.firstEnd - b.firstEnd);
  const backward = zones.filter(({ firstEnd, lastBegin }) => firstEnd >= lastBegin);
  const overlapping = forward.flatMap((zone, index) => {
    const next = forward[index + 1];
    return next && next.firstEnd < zone.lastBegin
      ? [`${nameOf(zone)} was read after ${nameOf(next)} had replaced it`]
      : [];
  });
  const within = backward.flatMap((inner) => {
    const outer = forward.find(({ firstEnd, lastBegin }) => firstEnd < inner.lastBegin && inner.firstEnd < lastBegin);
    return outer ? [`${nameOf(outer)} was read though ${nameOf(inner)} had been written over it`] : [];
  });
  return [...overlapping, ...within];
}

function nameOf({ value }: Zone): string {
  return value === null ? 'the empty register' : String(value);
}
