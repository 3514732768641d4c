import { createHash } from 'node:crypto';
import { CodedError } from '@citus-ha/core';
import type { ClusterStore } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { givenDocument } from './adoption.js';
import { getFile, putFiles } from './archive.js';
import { emptyImage } from './empty-image.js';
import { ifThere, statusOf } from './engine.js';
import { labels } from './names.js';

const folder = '/state';
const slots = ['a', 'b'] as const;
const root = { uid: 0, gid: 0 };

interface Slot {
  /** Counts writes. */
  readonly revision: number;
  /** Null where the document was removed. */
  readonly text: string | null;
  readonly digest: string;
}

/**
 * A store whose documents are files of root in a volume of the cluster's own, so that every machine that uses this engine
 * sees the same. A container that is never started gives access to the volume. Since the engine cannot replace a file in one
 * step, each document has two files, written in turn: whoever reads takes the newest that is whole. A document that was
 * never written is the one that Compose's containers were given, if any.
 */
export class VolumeStore implements ClusterStore {
  readonly #engine: Docker;
  readonly #cluster: string;

  constructor(engine: Docker, cluster: string) {
    this.#engine = engine;
    this.#cluster = cluster;
  }

  async read(key: string): Promise<string | undefined> {
    const newest = await this.#newest(key);
    return newest === undefined ? givenDocument(this.#engine, this.#cluster, key) : (newest.text ?? undefined);
  }

  async write(key: string, text: string): Promise<void> {
    await this.#put(key, text);
  }

  async remove(key: string): Promise<void> {
    if ((await this.#newest(key)) !== undefined) await this.#put(key, null);
  }

  /** Removes every document; of a volume or a container of somebody else that has their name, nothing. */
  async destroy(): Promise<void> {
    const container = this.#engine.getContainer(this.#container);
    const volume = this.#engine.getVolume(this.#volume);
    const isOwn = (named: Readonly<Record<string, string>> | null | undefined) =>
      named?.[labels.cluster] === this.#cluster;
    if (isOwn((await ifThere(container.inspect()))?.Config.Labels)) await ifThere(container.remove({ force: true }));
    if (isOwn((await ifThere(volume.inspect()))?.Labels)) await ifThere(volume.remove());
  }

  get #container(): string {
    return `${this.#cluster}-citus-ha-state`;
  }

  get #volume(): string {
    return `${this.#cluster}_citus-ha-state`;
  }

  async #put(key: string, text: string | null): Promise<void> {
    const revision = ((await this.#newest(key))?.revision ?? 0) + 1;
    const content = JSON.stringify({ revision, text, digest: digestOf(revision, text) });
    await this.#make();
    await putFiles(
      this.#engine.getContainer(this.#container),
      [{ path: fileOf(key, slots[revision % 2 === 0 ? 0 : 1]), content, mode: 0o600 }],
      root,
    );
  }

  async #newest(key: string): Promise<Slot | undefined> {
    if (!(await this.#isThere())) return undefined;
    const container = this.#engine.getContainer(this.#container);
    const found = await Promise.all(slots.map(async (slot) => parse(await getFile(container, fileOf(key, slot)))));
    return found.filter((slot) => slot !== undefined).toSorted((a, b) => b.revision - a.revision)[0];
  }

  /** The container may have been pruned; the volume is what counts. */
  async #isThere(): Promise<boolean> {
    if (await ifThere(this.#engine.getContainer(this.#container).inspect())) return true;
    if ((await ifThere(this.#engine.getVolume(this.#volume).inspect())) === undefined) return false;
    await this.#make();
    return true;
  }

  async #make(): Promise<void> {
    if (await ifThere(this.#engine.getContainer(this.#container).inspect())) return;
    const Labels = { [labels.cluster]: this.#cluster };
    await this.#engine.createVolume({ Name: this.#volume, Labels });
    try {
      await this.#engine.createContainer({
        name: this.#container,
        Image: await emptyImage(this.#engine),
        Cmd: ['never-started'],
        Labels,
        HostConfig: { Binds: [`${this.#volume}:${folder}`], NetworkMode: 'none' },
      });
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
  }
}

function fileOf(key: string, slot: string): string {
  if (/^[a-z0-9][a-z0-9._-]*$/i.test(key)) return `${folder}/${key}.${slot}`;
  throw new CodedError('STORE_KEY', `${JSON.stringify(key)} cannot be the key of a stored document`, {
    fix: 'Use letters, digits, dots, hyphens and underscores.',
  });
}

function parse(content: string | undefined): Slot | undefined {
  if (content === undefined) return undefined;
  try {
    const slot = JSON.parse(content) as Slot;
    return slot.digest === digestOf(slot.revision, slot.text) ? slot : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(revision: number, text: string | null): string {
  return createHash('sha256')
    .update(JSON.stringify([revision, text]))
    .digest('hex');
}
