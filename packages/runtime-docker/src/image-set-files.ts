import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@citus-ha/core';
import type { ImageKind, RenderedFile } from '@citus-ha/layout';

/** Shipped in the package. */
const imageSet = fileURLToPath(new URL('../docker', import.meta.url));

/**
 * The image set as files of a folder, for whoever builds it without this package too: `member/Dockerfile` and so on.
 *
 * @param sentinel Folder of the sentinel's program, `bundle/citus-ha.mjs` and what it reads; without it the set has no image for one.
 * @throws CodedError `PROGRAM_MISSING` where the program is not there.
 */
export async function imageSetFiles(sentinel?: string): Promise<readonly RenderedFile[]> {
  const kinds: readonly ImageKind[] = ['member', 'etcd', 'proxy', 'pooler'];
  const images = await Promise.all(kinds.map((kind) => filesOf(join(imageSet, kind), kind)));
  return [...images.flat(), ...(sentinel === undefined ? [] : await sentinelFiles(sentinel))];
}

async function sentinelFiles(program: string): Promise<readonly RenderedFile[]> {
  const files = await filesOf(program, 'sentinel/program').catch((cause: unknown) => {
    throw new CodedError('PROGRAM_MISSING', `The sentinel's program is not in ${program}`, {
      cause,
      fix: 'Build or install citus-ha again, or set sentinel.enabled: false.',
    });
  });
  return [...(await filesOf(join(imageSet, 'sentinel'), 'sentinel')), ...files];
}

async function filesOf(folder: string, kind: string): Promise<readonly RenderedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.toSorted().map(async (path) => {
      const name = path.slice(folder.length + 1).replaceAll(sep, '/');
      const content = await readFile(path, 'utf8');
      // npm keeps no execute bit, and a strict umask lets no member read what it has unpacked.
      return { path: `${kind}/${name}`, content, mode: name.endsWith('.sh') ? 0o755 : 0o644 };
    }),
  );
}
