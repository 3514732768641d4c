import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer, text } from 'node:stream/consumers';
import type { RenderedFile } from '@citus-ha/layout';
import type { Container } from 'dockerode';
import { extract, pack } from 'tar-stream';
import { ifThere } from './engine.js';

/** Whom files in a container belong to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface ArchiveEntry extends Partial<Owner> {
  readonly name: string;
  readonly mode: number;
  readonly content: string | Buffer;
}

/** Puts files into a container, running or not. */
export async function putFiles(container: Container, files: readonly RenderedFile[], owner: Owner): Promise<void> {
  if (files.length === 0) return;
  const entries = files.map(({ path, content, mode }) => ({ name: path.slice(1), mode, ...owner, content }));
  await container.putArchive(await archiveOf(entries), { path: '/' });
}

/** A tar archive of these files. */
export function archiveOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content);
  archive.finalize();
  return buffer(archive);
}

/** The text of a file in a container, running or not; `undefined` where it has none. */
export async function getFile(container: Container, path: string): Promise<string | undefined> {
  const archive = await ifThere(container.getArchive({ path }));
  if (archive === undefined) return undefined;
  let content: string | undefined;
  const entries = extract();
  entries.on('entry', (header, stream, next) => {
    text(stream).then((found) => {
      if (header.type === 'file') content = found;
      next();
    }, next);
  });
  await pipeline(Readable.from(archive as AsyncIterable<Buffer>), entries);
  return content;
}
