import { hasSentinel, renderedImages, type DockerState, type ImageNames } from '@citus-ha/layout';
import { codeOf } from '@citus-ha/core';
import type Docker from 'dockerode';
import { baseId, baseImage, plainBase } from './base-image.js';
import { buildImage, hasImage, type BuildImageOptions, type ImageRequest } from './image-set.js';

/** A cluster's images, and what they were built on. */
export type ClusterImages = Pick<DockerState, 'base' | 'plainBase' | 'baseIds' | 'images'>;

/** Answers the name of an image, and sees to it that it is there. */
type Settle = (options: BuildImageOptions) => string | Promise<string>;

/** The images that a cluster is to run on, with one of poolers where it is to have any. As {@link imagesOfAll} has them. */
export async function clusterImages(
  engine: Docker,
  request: ImageRequest,
  known: DockerState | undefined,
  settle: Settle = buildImage,
): Promise<ClusterImages> {
  const found = await imagesOfAll(engine, request, known, settle);
  if (request.spec.pooler.count === 0 || found.images.pooler !== undefined) return found;
  const name = found.plainBase ?? (await plainBase(engine, request, found.base, known));
  const id = found.baseIds?.[name] ?? (await baseId(engine, name, known));
  const pooler = await settle({ engine, kind: 'pooler', base: { name, id }, request });
  return { ...found, images: { ...found.images, pooler } };
}

/**
 * The images that every cluster has, built where they are not there: those of another cluster are never touched. One
 * that Compose made keeps what Compose built for it, as long as the same would be built today.
 */
async function imagesOfAll(
  engine: Docker,
  request: ImageRequest,
  known: DockerState | undefined,
  settle: Settle,
): Promise<ClusterImages> {
  if (known !== undefined && (await isStillRendered(engine, request, known)))
    return { ...known, images: await withOwnSentinel(engine, request, known, settle) };
  const base = await baseImage(engine, request, known);
  const { version } = request.spec.postgres;
  const args = { ...(version !== 'auto' && { POSTGRES_VERSION: String(version) }) };
  const id = await baseId(engine, base, known);
  const [member, { plain, ...others }] = await Promise.all([
    settle({ engine, kind: 'member', base: { name: base, id }, args, request }),
    plainImages(engine, request, { name: base, id }, known, settle),
  ]);
  const baseIds = { [base]: id, [plain.name]: plain.id };
  return { base, plainBase: plain.name, baseIds, images: { member, ...others } };
}

async function isStillRendered(
  engine: Docker,
  { spec: { docker }, imageSet }: ImageRequest,
  known: DockerState,
): Promise<boolean> {
  const { base, site } = known;
  const { sentinel: _, ...images } = known.images;
  const rendered = renderedImages(base, site.versions.postgres, imageSet, { poolers: images.pooler !== undefined });
  if (docker.baseImage !== base || images.member !== rendered.member) return false;
  return (await Promise.all(Object.values(images).map((name) => hasImage(engine, name)))).every(Boolean);
}

/** The sentinel's changes with each version of citus-ha, for which no other member is made anew. */
async function withOwnSentinel(
  engine: Docker,
  request: ImageRequest,
  known: DockerState,
  settle: Settle,
): Promise<ImageNames> {
  const { sentinel, ...images } = known.images;
  if (!hasSentinel(request.imageSet)) return images;
  const rendered = renderedImages(known.base, known.site.versions.postgres, request.imageSet, { poolers: false });
  if (sentinel !== undefined && sentinel === rendered.sentinel && (await hasImage(engine, sentinel)))
    return known.images;
  const name = await plainBase(engine, request, await baseImage(engine, request, known), known);
  const base = { name, id: await baseId(engine, name, known) };
  return { ...images, sentinel: await settle({ engine, kind: 'sentinel', base, request }) };
}

/** They need neither PostgreSQL nor Citus; where a small base does not serve, because its archives cannot be reached say, the member's does. */
async function plainImages(
  engine: Docker,
  request: ImageRequest,
  base: BuildImageOptions['base'],
  known: DockerState | undefined,
  settle: Settle,
) {
  const on = async (plain: BuildImageOptions['base']) => {
    const [etcd, proxy, sentinel] = await Promise.all([
      settle({ engine, kind: 'etcd', base: plain, request }),
      settle({ engine, kind: 'proxy', base: plain, request }),
      hasSentinel(request.imageSet) ? settle({ engine, kind: 'sentinel', base: plain, request }) : undefined,
    ]);
    return { plain, etcd, proxy, ...(sentinel !== undefined && { sentinel }) };
  };
  const name = await plainBase(engine, request, base.name, known);
  if (name === base.name) return on(base);
  return on({ name, id: await baseId(engine, name, known) }).catch((error: unknown) => {
    if (codeOf(error) !== 'BUILD_FAILED') throw error;
    request.onEvent?.({ type: 'unfit-base', base: name, instead: base.name });
    return on(base);
  });
}
