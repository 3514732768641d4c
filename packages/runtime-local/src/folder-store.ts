import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError, codeOf } from '@citus-ha/core';
import type { ClusterStore } from '@citus-ha/runtime';
import { writeWhole } from './state-file.js';

/** A store whose documents are files that only their owner can read. */
export class FolderStore implements ClusterStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#file(key), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(key: string, text: string): Promise<void> {
    const file = this.#file(key);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeWhole(file, text);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#file(key), { force: true });
  }

  #file(key: string): string {
    if (/^[a-z0-9][a-z0-9._-]*$/i.test(key)) return join(this.#path, key);
    throw new CodedError('STORE_KEY', `${JSON.stringify(key)} cannot be the key of a stored document`, {
      fix: 'Use letters, digits, dots, hyphens and underscores.',
    });
  }
}
