import { chmod, chown, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import type { RenderedFile } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import type { Member, MemberDefinition } from '@citus-ha/runtime';
import type { Account } from '@citus-ha/provision-debian';
import type { MemberFolder } from './member-folder.js';
import { readDocument, writeDocument, writeWhole } from './state-file.js';

/** What is kept of a member beside its data. */
export interface MemberRecord {
  readonly version: 1;
  readonly definition: MemberDefinition;
  readonly intent: Member['intent'];
}

export function readRecord(folder: MemberFolder): Promise<MemberRecord | undefined> {
  return readDocument<MemberRecord>(folder.record, 1);
}

/** Writes the record only where it differs. */
export async function saveRecord(folder: MemberFolder, record: MemberRecord): Promise<void> {
  if (JSON.stringify(await readRecord(folder)) !== JSON.stringify(record)) await writeDocument(folder.record, record);
}

/** Whether a member has this very definition, and its files. */
export async function isAsDefined(folder: MemberFolder, definition: MemberDefinition): Promise<boolean> {
  const known = await readRecord(folder);
  if (JSON.stringify(known?.definition) !== JSON.stringify(definition)) return false;
  return (await differentFiles(definition)).length === 0;
}

/** Those that are missing too. */
async function differentFiles({ files }: MemberDefinition): Promise<readonly RenderedFile[]> {
  const known = await Promise.all(files.map(({ path }) => readFile(path, 'utf8').catch(() => undefined)));
  return files.filter(({ content }, index) => known[index] !== content);
}

/** Makes a member's folders and writes those of its files that differ. */
export async function writeMember(folder: MemberFolder, definition: MemberDefinition, account: Account): Promise<void> {
  await mkdir(folder.path, { recursive: true });
  await chmod(folder.path, account.other ? 0o711 : 0o700);
  for (const path of [folder.config, folder.data, folder.run]) await makeOwned(path, account);
  for (const file of definition.files) {
    if (!file.path.startsWith(folder.path + sep)) {
      throw new CodedError(
        'FILE_OUTSIDE_MEMBER',
        `${file.path} is outside of ${definition.name}'s folder ${folder.path}`,
        {
          member: definition.name,
          fix: 'Render files for the paths that the site gives.',
        },
      );
    }
  }
  for (const file of await differentFiles(definition)) {
    await makeOwned(dirname(file.path), account);
    await writeWhole(file.path, file.content, file.mode, account.other ? account : undefined);
  }
}

/** Forgets a member but for its data, address and log. */
export async function forgetMember(folder: MemberFolder): Promise<void> {
  const rest = [folder.record, folder.life, folder.exit, folder.config, folder.run, folder.lock];
  for (const path of rest) await rm(path, { recursive: true, force: true });
}

async function makeOwned(path: string, account: Account): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined && account.other) await chown(path, account.uid, account.gid);
}
