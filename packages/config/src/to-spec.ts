import { isAbsolute, join } from 'node:path';
import { parseDurationMs } from '@citus-ha/core';
import type { ClusterSpec, PasswordSource, Timings } from './cluster-spec.js';
import { timingsSchema, type ClusterInput } from './schema.js';

type TimingsInput = Exclude<ClusterInput['timings'], string>;

const stock: TimingsInput = {
  ttl: '30s',
  loopWait: '10s',
  retryTimeout: '10s',
  check: { interval: '3s', fastInterval: '3s', fall: 3, rise: 2 },
};

/** Fills in the defaults that depend on other keys; relative paths are taken from `folder`. */
export function toSpec(input: ClusterInput, folder: string): ClusterSpec {
  const replicated = input.workers.availability === 'replicas';
  return {
    ...input,
    timings: timingsOf(input.timings),
    credentials: { ...input.credentials, password: passwordSource(input.credentials.password, folder) },
    proxy: {
      ...input.proxy,
      read: { maxLag: input.proxy.read.maxLag.bytes, maxLagMs: milliseconds(input.proxy.read.maxLag.time) },
    },
    sentinel: {
      enabled: input.sentinel.enabled,
      fenceAfterMs: unlessNever(input.sentinel.fenceAfter),
      disableAfterMs: unlessNever(input.sentinel.disableAfter),
    },
    workers: { ...input.workers, membersPerGroup: input.workers.membersPerGroup ?? (replicated ? 1 : 2) },
    shards: { ...input.shards, replicationFactor: input.shards.replicationFactor ?? (replicated ? 2 : 1) },
  };
}

function timingsOf(input: ClusterInput['timings']): Timings {
  const timings = input === 'stock' ? stock : input === 'fast' ? timingsSchema.parse({}) : input;
  const { check } = timings;
  return {
    ttlMs: milliseconds(timings.ttl),
    loopWaitMs: milliseconds(timings.loopWait),
    retryTimeoutMs: milliseconds(timings.retryTimeout),
    check: {
      intervalMs: milliseconds(check.interval),
      fastIntervalMs: milliseconds(check.fastInterval),
      fall: check.fall,
      rise: check.rise,
    },
  };
}

function unlessNever(duration: string): number | null {
  return duration === 'never' ? null : milliseconds(duration);
}

/** Of a duration that the schema has let through. */
function milliseconds(duration: string): number {
  return parseDurationMs(duration) ?? Number.NaN;
}

function passwordSource(input: ClusterInput['credentials']['password'], folder: string): PasswordSource {
  if (input === 'generated') return { from: 'generated' };
  if ('env' in input) return { from: 'env', name: input.env };
  return { from: 'file', path: isAbsolute(input.file) ? input.file : join(folder, input.file) };
}
