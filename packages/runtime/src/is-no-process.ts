import { codeOf } from '@citus-ha/core';

/** Whether the kernel knows no process of this pid: proof in this PID namespace, whoever asks, also where /proc hides processes (kill(2)). */
export function isNoProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
