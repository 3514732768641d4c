import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { archiveOf } from './archive.js';
import { ifThere } from './engine.js';
import { followProgress } from './progress.js';

const repo = 'citus-ha/empty';
const tag = '1';

/**
 * An image with nothing in it, made on the engine itself: for containers that are never started, but hold documents or a
 * name.
 */
export async function emptyImage(engine: Docker): Promise<string> {
  const name = `${repo}:${tag}`;
  if (await ifThere(engine.getImage(name).inspect())) return name;
  await followProgress(await engine.importImage(Readable.from(await archiveOf([])), { repo, tag }));
  return name;
}
