import { lstat, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';
import type { ClusterFolder } from './cluster-folder.js';
import { listeners } from './listeners.js';
import { readDocument } from './state-file.js';
import { hasSwitch } from './switch.js';

const firstBlock = 11;
const lastBlock = 250;
const blocks = Array.from({ length: lastBlock - firstBlock + 1 }, (_, index) => firstBlock + index);

/** Names the folder of the cluster that has a block, for all users of this machine; stale once that folder is gone. */
function claimOf(block: number): string {
  return `/var/tmp/citus-ha-block-${block}`;
}

/**
 * Claims the lowest block that no cluster has and in which nothing listens; for a cluster that has one, that one. To be run
 * by one process at a time.
 *
 * @throws CodedError `ADDRESSES_EXHAUSTED`.
 */
export async function claimFreeBlock(folder: ClusterFolder): Promise<number> {
  const own = await claimedBlock(folder.path);
  if (own !== undefined) return own;
  const taken = await takenBlocks(folder);
  for (const block of blocks) {
    if (taken.has(block) || (await hasSwitch(block))) continue;
    if (await claimBlock(block, folder.path)) return block;
  }
  throw new CodedError(
    'ADDRESSES_EXHAUSTED',
    `Every block from 127.0.${firstBlock}.0 to 127.0.${lastBlock}.0 is taken`,
    { fix: 'Remove a cluster that is not needed any more: citus-ha down --volumes.' },
  );
}

/** Answers whether the block is this cluster's now: not so where another cluster that is still there has it. */
export async function claimBlock(block: number, path: string): Promise<boolean> {
  const claim = claimOf(block);
  try {
    await symlink(path, claim);
    return true;
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw unclaimable(claim, cause);
  }
  const holder = await readlink(claim).catch(() => '');
  if (holder === path) return true;
  if (await isThere(holder)) return false;
  // Another user's stays: who may not remove it does without.
  const removed = await rm(claim).then(
    () => true,
    () => false,
  );
  return removed && claimBlock(block, path);
}

/** The block that this cluster has claimed. */
export async function claimedBlock(path: string): Promise<number | undefined> {
  const holders = await Promise.all(blocks.map((block) => readlink(claimOf(block)).catch(() => undefined)));
  const index = holders.indexOf(path);
  return index < 0 ? undefined : blocks[index];
}

export async function releaseBlock(path: string): Promise<void> {
  const block = await claimedBlock(path);
  if (block !== undefined) await rm(claimOf(block), { force: true });
}

interface BlockState {
  readonly version: 1;
  readonly block: number;
}

/** Those in which something listens, and those of clusters of this state home. */
async function takenBlocks(folder: ClusterFolder): Promise<ReadonlySet<number>> {
  const taken = new Set<number>();
  for (const { address } of await listeners()) {
    const [first, second, third] = address.split('.').map(Number);
    if (first === 127 && second === 0 && third !== undefined) taken.add(third);
  }
  for (const sibling of await readdir(folder.home).catch(() => [])) {
    const state = await readDocument<BlockState>(join(folder.home, sibling, 'state.json'), 1).catch(() => undefined);
    if (state !== undefined) taken.add(state.block);
  }
  return taken;
}

/** What cannot be seen by this user counts as there. */
function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR',
  );
}

function unclaimable(claim: string, cause: unknown): CodedError {
  return new CodedError(
    'BLOCK_UNCLAIMABLE',
    `The cluster's addresses cannot be claimed by ${claim}: ${messageOf(cause)}`,
    {
      cause,
      fix: 'Make /var/tmp a folder that every user may write to: chmod 1777 /var/tmp.',
    },
  );
}
