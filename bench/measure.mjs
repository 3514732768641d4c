import { execFileSync } from 'node:child_process';

/** Runs a command to its end and answers its output; its errors show only when it fails. */
export function run(command, args, options = {}) {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 1e9,
    ...options,
  });
}

/** Milliseconds that a task takes. */
export function timed(task) {
  const start = performance.now();
  task();
  return performance.now() - start;
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(2)}s`;
}
