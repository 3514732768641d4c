import { randomBytes } from 'node:crypto';
import { defaultClusterSpec } from '@citus-ha/config';
import { renderedImages, type DockerState } from '@citus-ha/layout';
import { messageOf } from '@citus-ha/core';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterImages } from './cluster-images.js';
import { createEngineClient, pingEngine } from './engine.js';
import { imageSetFiles } from './image-set-files.js';
import { buildImage, describeImages } from './image-set.js';

const engine = await createEngineClient();
const imageSet = await imageSetFiles();
const absent = await pingEngine(engine).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  const spec = { ...defaultClusterSpec('images'), engine: 'standin' as const };
  const request = { spec, install: true, imageSet };
  /** Another base than the first cluster's, which nothing needs to be installed on. */
  const repo = `citus-ha-test/${randomBytes(3).toString('hex')}`;
  const other = `${repo}:base`;
  const made: string[] = [];
  let first: Awaited<ReturnType<typeof clusterImages>>;

  beforeAll(async () => {
    first = await clusterImages(engine, request, undefined);
    await commit(engine, first.images.etcd, repo, 'base');
    made.push(other);
  });
  afterAll(async () => {
    for (const name of made.toReversed()) await engine.getImage(name).remove();
  });

  it('gives a cluster on another base an image of its own, and leaves the first one what it has', async () => {
    const before = await idOf(first.images.etcd);
    const base = { name: other, id: await idOf(other) };
    const second = await buildImage({ engine, kind: 'etcd', base, request });
    made.push(second);
    expect(second).not.toBe(first.images.etcd);
    expect(await idOf(first.images.etcd)).toBe(before);
    expect(await buildImage({ engine, kind: 'etcd', base, request: { ...request, install: false } })).toBe(second);
  });

  it('keeps the base that a cluster was made on when its name stands for another one', async () => {
    const baseIds = { ...first.baseIds, [other]: first.baseIds?.[first.base] ?? '' };
    const known = { ...first, base: other, baseIds, site: { versions: { postgres: 17 } } } as unknown as DockerState;
    const named = { ...spec, docker: { ...spec.docker, baseImage: other } };
    expect((await clusterImages(engine, { ...request, spec: named }, known)).images).toEqual(first.images);
  });

  it('reads from the images what is in them', async () => {
    const version = expect.stringMatching(/^\d+\.\d+\.\d+$/) as string;
    expect(await describeImages(engine, first.images)).toEqual({
      postgres: expect.any(Number) as number,
      patroni: version,
      citus: false,
      etcd: version,
      haproxy: version,
    });
  });

  it('keeps the images that Compose built of rendered files, until other files would be rendered', async () => {
    const postgres = 17;
    const images = renderedImages('auto', postgres, request.imageSet, { poolers: false });
    for (const kind of ['member', 'etcd', 'proxy'] as const) {
      const name = images[kind];
      const [to = '', tag = ''] = name.split(':');
      await engine.getImage(first.images[kind]).tag({ repo: to, tag });
      made.push(name);
    }
    const site = { versions: { postgres }, citusAvailable: false };
    const known = { base: 'auto', images, site } as unknown as DockerState;
    expect((await clusterImages(engine, request, known)).images).toEqual(images);
    const older = { ...known, images: { ...images, member: 'citus-ha/member:older' } };
    expect((await clusterImages(engine, request, older)).images.member).toBe(first.images.member);
  });
});

async function idOf(name: string): Promise<string> {
  return (await engine.getImage(name).inspect()).Id;
}

async function commit(docker: Docker, image: string, repo: string, tag: string): Promise<void> {
  const container = await docker.createContainer({ Image: image, Cmd: ['never-started'] });
  await container.commit({ repo, tag });
  await container.remove();
}
