export { runSentinel, type SentinelOptions } from './run-sentinel.js';
export type { SentinelEvent } from './sentinel-event.js';
