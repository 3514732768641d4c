import { createHash } from 'node:crypto';
import type { ImageNames } from './docker-site.js';
import type { ImageKind } from './member-needs.js';
import type { RenderedFile } from './site.js';

/** All that an image of the set is built from. */
export interface ImageSource {
  /** What names its base for good: the id that an engine has for it, or where no engine is asked its name. */
  readonly base: string;
  /** Build arguments besides the base. */
  readonly args?: Readonly<Record<string, string>>;
  /** Files of the image set, `member/Dockerfile` and so on. */
  readonly files: readonly RenderedFile[];
}

/**
 * The name of an image: another one for another base, other arguments or another Dockerfile. So clusters share images where
 * they would build the same, and else never take each other's.
 */
export function imageName(kind: ImageKind, { base, args = {}, files }: ImageSource): string {
  const own = files
    .filter(({ path }) => path.startsWith(`${kind}/`))
    .map(({ path, content }) => [path, content] as const);
  const digest = createHash('sha256').update(JSON.stringify([base, byName(Object.entries(args)), byName(own)]));
  return `citus-ha/${kind}:${digest.digest('hex').slice(0, 12)}`;
}

function byName(entries: readonly (readonly [string, string])[]): typeof entries {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Names of the images that Compose builds of a rendered folder, on the base that cluster.yaml names, or `auto`. */
export function renderedImages(
  base: string,
  postgres: number,
  files: readonly RenderedFile[],
  { poolers }: { readonly poolers: boolean },
): ImageNames {
  return {
    member: imageName('member', { base, args: { POSTGRES_VERSION: String(postgres) }, files }),
    etcd: imageName('etcd', { base, files }),
    proxy: imageName('proxy', { base, files }),
    ...(hasSentinel(files) && { sentinel: imageName('sentinel', { base, files }) }),
    ...(poolers && { pooler: imageName('pooler', { base, files }) }),
  };
}

/** Whether an image set has the sentinel's image in it. */
export function hasSentinel(files: readonly RenderedFile[]): boolean {
  return files.some(({ path }) => path.startsWith('sentinel/'));
}
