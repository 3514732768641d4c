/** What every command of citus-ha exits with. */
export const exitCode = { done: 0, failed: 1, usage: 2, degraded: 3, interrupted: 130 } as const;
