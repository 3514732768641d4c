import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';

/** Replaces a file by a whole new one that a crash cannot tear; only its owner can read it unless `mode` says more. */
export async function writeWhole(
  path: string,
  text: string,
  mode = 0o600,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const next = `${path}.${process.pid}.${process.hrtime.bigint()}.new`;
  try {
    const file = await open(next, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      if (owner !== undefined) await file.chown(owner.uid, owner.gid);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    if (codeOf(error) !== 'ENOSPC' && codeOf(error) !== 'EDQUOT') throw error;
    throw new CodedError('DISK_FULL', `There is no space left to write ${path}`, {
      cause: error,
      fix: `Free some space where ${dirname(path)} is, and run the command again; the file is as it was.`,
    });
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Reads a versioned JSON document; `undefined` where there is none yet.
 *
 * @throws CodedError `STATE_UNREADABLE` for one that cannot be read or understood: it is left as it is.
 */
export async function readDocument<T extends { readonly version: number }>(
  path: string,
  version: T['version'],
): Promise<T | undefined> {
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    const found = typeof document === 'object' && document !== null && 'version' in document && document.version;
    if (found === version) return document as T;
    throw new Error(`expected version ${version}, found ${found === false ? 'none' : JSON.stringify(found)}`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new CodedError('STATE_UNREADABLE', `The state file ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
      fix: `Restore ${path} from a copy, or move it away to have a new one written; data folders beside it are kept.`,
    });
  }
}

export function writeDocument(path: string, document: { readonly version: number }): Promise<void> {
  return writeWhole(path, `${JSON.stringify(document, undefined, 2)}\n`);
}
