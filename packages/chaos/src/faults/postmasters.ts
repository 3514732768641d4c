import type { FaultContext } from './fault.js';
import { inDataDir } from './members.js';

/** What PostgreSQL's pid file names, and when that process began (proc(5)), in clock ticks since the machine did. */
const readPostmaster = `
pid=$(head -n 1 "$0/postmaster.pid") && echo "$pid $(cut -d ' ' -f 22 "/proc/$pid/stat" 2>/dev/null)"`;

/**
 * The postmaster of each database among the members, as text that no other one has, also where a pid is used again.
 *
 * @throws CodedError `FAULT_FAILED` for one that is down as it should be: without a pid file.
 */
export async function postmastersOf({ cluster, members }: FaultContext): Promise<ReadonlyMap<string, string>> {
  const databases = members.filter(({ kind }) => kind === 'coordinator' || kind === 'worker');
  const found = databases.map(async (member) => {
    const said = await inDataDir(cluster, member, readPostmaster);
    return [member.name, said.trim()] as const;
  });
  return new Map(await Promise.all(found));
}

/** Whether it ran when it was asked for: of one that was killed only the pid is left. */
export function isAlive(postmaster: string): boolean {
  return /^\d+ \d+$/.test(postmaster);
}
