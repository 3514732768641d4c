import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writingTo } from '@citus-ha/core';

/** Gives a task a folder that only this user can read, and removes it however the task or the process ends (short of SIGKILL). */
export async function withTemporaryFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await writingTo(tmpdir(), () => mkdtemp(join(tmpdir(), 'citus-ha-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await task(folder);
  } finally {
    process.off('exit', remove);
    remove();
  }
}
