import { access } from 'node:fs/promises';

/** The bridge of a cluster's block. An interface's name has at most 15 characters (IFNAMSIZ). */
export function switchOf(block: number): string {
  return `citus-ha${block}`;
}

/** Whether this machine has a cable to the bridge, which is laid last. */
export function hasSwitch(block: number): Promise<boolean> {
  return access(`/sys/class/net/${switchOf(block)}`).then(
    () => true,
    () => false,
  );
}
