import { Readable } from 'node:stream';
import { imageName, type ImageContents, type ImageKind, type ImageNames, type RenderedFile } from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import type { PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { archiveOf, getFile } from './archive.js';
import { ifThere, refineError } from './engine.js';
import { followProgress } from './progress.js';

const lastLines = 15;

export interface ImageRequest extends PrepareRequest {
  /** The files that images are built from. */
  readonly imageSet: readonly RenderedFile[];
}

export interface BuildImageOptions {
  readonly engine: Docker;
  readonly kind: ImageKind;
  /** An image that is there. */
  readonly base: { readonly name: string; readonly id: string };
  /** Build arguments besides the base. */
  readonly args?: Readonly<Record<string, string>>;
  readonly request: ImageRequest;
}

/**
 * The name of one image of the set, built where no image of the same files, base and arguments is there.
 *
 * @throws CodedError `BUILD_FAILED` with the build's last lines; `IMAGE_MISSING` where nothing may be built.
 */
export async function buildImage(options: BuildImageOptions): Promise<string> {
  const { engine, kind, request } = options;
  const name = nameImage(options);
  if (await hasImage(engine, name)) return name;
  if (!request.install) {
    throw new CodedError('IMAGE_MISSING', `The ${kind} image is not there and may not be built`, {
      fix: 'Run it without --no-install.',
    });
  }
  await build(options, name);
  return name;
}

/** The name of one image of the set, there or not. */
export function nameImage({ kind, base, args, request }: BuildImageOptions): string {
  return imageName(kind, { base: base.id, ...(args && { args }), files: request.imageSet });
}

export async function hasImage(engine: Docker, name: string): Promise<boolean> {
  return (await ifThere(engine.getImage(name).inspect())) !== undefined;
}

/** What is in a cluster's images, as their builds wrote it down. */
export async function describeImages(engine: Docker, all: ImageNames): Promise<ImageContents> {
  const { sentinel: _, ...images } = all;
  const parts = await Promise.all(Object.values(images).map((image) => describeImage(engine, image)));
  return Object.assign({}, ...parts) as ImageContents;
}

async function describeImage(engine: Docker, image: string): Promise<object> {
  const container = await engine.createContainer({ Image: image, Cmd: ['never-started'] });
  try {
    return JSON.parse((await getFile(container, '/usr/local/share/citus-ha/image.json')) ?? '') as object;
  } finally {
    await container.remove({ v: true });
  }
}

async function build({ engine, kind, base, args, request }: BuildImageOptions, name: string): Promise<void> {
  const { imageSet, onEvent, signal } = request;
  onEvent?.({ type: 'building', image: kind, base: base.name });
  const context = imageSet
    .filter(({ path }) => path.startsWith(`${kind}/`))
    .map(({ path, ...file }) => ({ ...file, name: path.slice(kind.length + 1) }));
  const output: string[] = [];
  try {
    const stream = await engine.buildImage(Readable.from(await archiveOf(context)), {
      t: name,
      buildargs: { BASE_IMAGE: base.id, ...args },
      labels: { 'org.opencontainers.image.base.name': base.name },
      rm: true,
      forcerm: true,
      ...(signal && { abortSignal: signal }),
    });
    await followProgress(stream, ({ stream: text = '' }) => {
      output.push(...text.split('\n').filter((line) => line.trim() !== ''));
      const [isRun, step, of] = /^Step (\d+)\/(\d+) : RUN/.exec(text) ?? [];
      if (isRun) onEvent?.({ type: 'build-step', image: kind, step: Number(step), of: Number(of) });
    });
  } catch (cause) {
    signal?.throwIfAborted();
    // apt says it in its output.
    throw refineError(
      new CodedError(
        'BUILD_FAILED',
        [`The ${kind} image cannot be built: ${messageOf(cause)}`, ...output.slice(-lastLines)].join('\n  '),
        {
          cause,
          fix: 'Its base must be a Debian whose package archives can be reached; name another one under docker.baseImage.',
        },
      ),
    );
  }
}
