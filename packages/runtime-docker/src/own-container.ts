import { readFile } from 'node:fs/promises';

/** The id of the container that this process runs in; `undefined` outside of one, or where it does not show. */
export async function ownContainer(): Promise<string | undefined> {
  return containerOf(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
}

/** By the files that an engine mounts into each of its containers, from a folder that is named by the container's id; see proc_pid_mountinfo(5). */
export function containerOf(mountinfo: string): string | undefined {
  return /^\S+ \S+ \S+ \S*\/containers\/([0-9a-f]{64})\/\S+ \/etc\/(?:hostname|hosts|resolv\.conf) /m.exec(
    mountinfo,
  )?.[1];
}
