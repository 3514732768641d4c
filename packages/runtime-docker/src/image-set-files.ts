import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageKind, RenderedFile } from '@citus-ha/layout';

/** Shipped in the package. */
const imageSet = fileURLToPath(new URL('../docker', import.meta.url));

export const imageKinds: readonly ImageKind[] = ['member', 'etcd', 'proxy', 'pooler'];

/** The image set as files of a folder, for whoever builds it without this package too: `member/Dockerfile` and so on. */
export async function imageSetFiles(): Promise<readonly RenderedFile[]> {
  return (await Promise.all(imageKinds.map(filesOf))).flat();
}

async function filesOf(kind: ImageKind): Promise<readonly RenderedFile[]> {
  const folder = join(imageSet, kind);
  const names = await readdir(folder);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(folder, name);
      const content = await readFile(path, 'utf8');
      // npm keeps no execute bit, and a strict umask lets no member read what it has unpacked.
      return { path: `${kind}/${name}`, content, mode: name.endsWith('.sh') ? 0o755 : 0o644 };
    }),
  );
}
