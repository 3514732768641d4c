import type { DynamicConfig } from '../patroni-client.js';

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
