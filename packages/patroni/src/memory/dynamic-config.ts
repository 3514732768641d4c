import { isRecord } from '@citus-ha/core';
import type { DynamicConfig } from '../patroni-client.js';

/** Merges as Patroni's `PATCH /config` does: null removes a key. */
export function mergeConfig(config: DynamicConfig, patch: DynamicConfig): DynamicConfig {
  const merged: Record<string, unknown> = { ...config };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isRecord(value) ? mergeConfig(isRecord(before) ? before : {}, value) : value;
  }
  return merged;
}

export function synchronousMode(config: DynamicConfig | undefined): 'off' | 'on' | 'quorum' {
  const mode = config?.['synchronous_mode'];
  return mode === 'quorum' ? 'quorum' : mode === true || mode === 'on' ? 'on' : 'off';
}

export function isPaused(config: DynamicConfig | undefined): boolean {
  return config?.['pause'] === true;
}

export function isFailsafe(config: DynamicConfig | undefined): boolean {
  return config?.['failsafe_mode'] === true;
}

/** How many standbys a commit waits for where the mode is `on`. */
export function synchronousCount(config: DynamicConfig | undefined): number {
  return numberOr(config?.['synchronous_node_count'], 1);
}

/** Patroni's default is 30 s. */
export function ttlSeconds(config: DynamicConfig | undefined): number {
  return numberOr(config?.['ttl'], 30);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
