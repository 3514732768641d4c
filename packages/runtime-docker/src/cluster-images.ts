import type { ClusterSpec } from '@citus-ha/config';
import { renderedImages, type DockerState } from '@citus-ha/layout';
import { codeOf } from '@citus-ha/core';
import type { PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { baseId, baseImage, plainBase } from './base-image.js';
import { imageSetFiles } from './image-set-files.js';
import { buildImage, hasImage, type BuildImageOptions } from './image-set.js';

/** A cluster's images, and what they were built on. */
export type ClusterImages = Pick<DockerState, 'base' | 'plainBase' | 'baseIds' | 'images'>;

/** The images that a cluster is to run on, with one of poolers where it is to have any. As {@link imagesOfAll} has them. */
export async function clusterImages(
  engine: Docker,
  request: PrepareRequest,
  known: DockerState | undefined,
  settle = buildImage,
): Promise<ClusterImages> {
  const found = await imagesOfAll(engine, request, known, settle);
  if (request.spec.pooler.count === 0 || (found === known && found.images.pooler !== undefined)) return found;
  const name = found.plainBase ?? (await plainBase(engine, request, found.base, known));
  const id = found.baseIds?.[name] ?? (await baseId(engine, name, known));
  const pooler = await settle({ engine, kind: 'pooler', base: { name, id }, request });
  return { ...found, images: { ...found.images, pooler } };
}

/**
 * The images that every cluster has, built where they are not there: those of another cluster are never touched. One
 * that Compose made keeps what Compose built for it, as long as the same would be built today.
 *
 * @param settle Answers the name of an image, and sees to it that it is there.
 */
async function imagesOfAll(
  engine: Docker,
  request: PrepareRequest,
  known: DockerState | undefined,
  settle: typeof buildImage,
): Promise<ClusterImages> {
  if (known !== undefined && (await isStillRendered(engine, request.spec, known))) return known;
  const base = await baseImage(engine, request, known);
  const { version } = request.spec.postgres;
  const args = { ...(version !== 'auto' && { POSTGRES_VERSION: String(version) }) };
  const id = await baseId(engine, base, known);
  const [member, { etcd, proxy, plain }] = await Promise.all([
    settle({ engine, kind: 'member', base: { name: base, id }, args, request }),
    plainImages(engine, request, { name: base, id }, known, settle),
  ]);
  const baseIds = { [base]: id, [plain.name]: plain.id };
  return { base, plainBase: plain.name, baseIds, images: { member, etcd, proxy } };
}

async function isStillRendered(engine: Docker, { docker }: ClusterSpec, known: DockerState): Promise<boolean> {
  const { base, images, site } = known;
  const rendered = renderedImages(base, site.versions.postgres, await imageSetFiles(), {
    poolers: images.pooler !== undefined,
  });
  if (docker.baseImage !== base || images.member !== rendered.member) return false;
  return (await Promise.all(Object.values(images).map((name) => hasImage(engine, name)))).every(Boolean);
}

/** They need neither PostgreSQL nor Citus; where a small base does not serve, because its archives cannot be reached say, the member's does. */
async function plainImages(
  engine: Docker,
  request: PrepareRequest,
  base: BuildImageOptions['base'],
  known: DockerState | undefined,
  settle: typeof buildImage,
) {
  const on = async (plain: BuildImageOptions['base']) => {
    const [etcd, proxy] = await Promise.all([
      settle({ engine, kind: 'etcd', base: plain, request }),
      settle({ engine, kind: 'proxy', base: plain, request }),
    ]);
    return { plain, etcd, proxy };
  };
  const name = await plainBase(engine, request, base.name, known);
  if (name === base.name) return on(base);
  return on({ name, id: await baseId(engine, name, known) }).catch((error: unknown) => {
    if (codeOf(error) !== 'BUILD_FAILED') throw error;
    request.onEvent?.({ type: 'unfit-base', base: name, instead: base.name });
    return on(base);
  });
}
