import { CodedError } from '@citus-ha/core';
import type { Runtime } from './runtime.js';

/** For adapters whose members have pids of their own: what the file says counts only within them. */
export async function killByPidFile(runtime: Pick<Runtime, 'exec'>, member: string, pidFile: string): Promise<void> {
  const script = 'pid=$(head -n 1 "$0") && kill -KILL "$pid"';
  const { exitCode, stderr } = await runtime.exec(member, ['sh', '-c', script, pidFile]);
  if (exitCode !== 0) throw processMissing(member, pidFile, stderr.trim());
}

export function processMissing(member: string, pidFile: string, reason: string): CodedError {
  return new CodedError('PROCESS_MISSING', `${member} has no process that ${pidFile} names: ${reason}`, {
    member,
    fix: 'See what of it runs: `citus-ha status`.',
  });
}
