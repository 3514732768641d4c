import { rm, rmdir } from 'node:fs/promises';
import { claimedBlock, releaseBlock } from './address-block.js';
import type { ClusterFolder } from './cluster-folder.js';
import { readState } from './cluster-state.js';
import { killLife, readLife, stopLife } from './life.js';
import type { MemberFolder } from './member-folder.js';
import { removeSwitch } from './member-network.js';
import { forgetMember } from './member-record.js';
import { hasSwitch } from './switch.js';

/** Ends and removes one member; its data, address and log too where `data` says so. */
export async function endMember(folder: MemberFolder, { data }: { readonly data: boolean }): Promise<void> {
  const life = await readLife(folder);
  if (life !== undefined) await (data ? killLife(life, folder) : stopLife(life, folder, 60_000));
  await (data ? removeTree(folder.path) : forgetMember(folder));
}

/** Removes what is left of a cluster without members: its network, and with `data` its state, its addresses and its folder. */
export async function endCluster(folder: ClusterFolder, { data }: { readonly data: boolean }): Promise<void> {
  const { home, path } = folder;
  const block = (await readState(folder).catch(() => undefined))?.block ?? (await claimedBlock(path));
  if (block !== undefined && (await hasSwitch(block))) await removeSwitch(block);
  if (!data) return;
  await removeTree(path);
  await releaseBlock(path);
  await rmdir(home).catch(() => undefined);
}

/** A keeper that has just seen its member end may still write a last file. */
function removeTree(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 });
}
