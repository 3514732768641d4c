import type Docker from 'dockerode';
import { execa } from 'execa';
import { followProgress } from './progress.js';

/** Makes an image of a folder's files, but for packages that apt has downloaded. */
export async function importTree(
  engine: Docker,
  tree: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [repo = '', tag = ''] = name.split(':');
  const options = { ...(signal && { cancelSignal: signal }), buffer: false } as const;
  const tar = execa(options)`tar -C ${tree} --exclude=./var/cache/apt/archives/*.deb -c .`;
  try {
    const imported = engine.importImage(tar.stdout, { repo, tag }).then((progress) => followProgress(progress));
    await Promise.all([imported, tar]);
  } finally {
    // An engine that has refused the rest reads no more of it, and it has not ended before all it wrote was read.
    tar.kill();
    tar.stdout.destroy();
    await tar.catch(() => undefined);
  }
}
