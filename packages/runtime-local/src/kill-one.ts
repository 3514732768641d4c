import { readFile } from 'node:fs/promises';
import { messageOf, waitFor } from '@citus-ha/core';
import { processMissing } from '@citus-ha/runtime';
import { initOf, processesOf, type Life } from './life.js';
import type { MemberFolder } from './member-folder.js';
import { signalProcess } from './process-table.js';

/** Kills the init of a life, and leaves to the kernel what becomes of the rest. Resolves when it is gone. */
export async function killInit(life: Life, folder: MemberFolder): Promise<void> {
  await waitFor({
    what: `the init of ${folder.name} to end`,
    member: folder.name,
    timeoutMs: 30_000,
    intervalMs: 10,
    probe: async () => {
      const init = await initOf(life, folder);
      if (init !== undefined) signalProcess(init.pid, 'SIGKILL');
      return init === undefined;
    },
  });
}

/** Kills the process that a file names, where the member shares this machine's pids: no other than one of its own. */
export async function killNamed(life: Life, folder: MemberFolder, pidFile: string): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch((error: unknown) => {
    throw processMissing(folder.name, pidFile, messageOf(error));
  });
  const pid = Number.parseInt(text, 10);
  const own = (await processesOf(life, folder)).some((process) => process.pid === pid);
  if (!own) throw processMissing(folder.name, pidFile, `${pid} is none of its processes`);
  signalProcess(pid, 'SIGKILL');
}
