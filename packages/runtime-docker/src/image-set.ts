import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ImageKind, MemberImage, RenderedFile } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { archiveOf, getFile, type ArchiveEntry } from './archive.js';
import { refineError } from './engine.js';
import { followProgress } from './progress.js';
import { labels } from './names.js';

/** Shipped in the package. */
const imageSet = fileURLToPath(new URL('../docker', import.meta.url));

const lastLines = 15;

/**
 * The id of one image of the set, built where no image of the same files, base and arguments is there.
 *
 * @throws CodedError `BUILD_FAILED` with the build's last lines; `IMAGE_MISSING` where nothing may be built.
 */
export async function buildImage(options: {
  readonly engine: Docker;
  readonly kind: ImageKind;
  readonly buildargs: Readonly<Record<string, string>>;
  readonly request: PrepareRequest;
}): Promise<string> {
  const { engine, kind, buildargs, request } = options;
  const base = await engine.getImage(buildargs['BASE_IMAGE'] ?? '').inspect();
  const files = await contextOf(kind);
  const source = digestOf([base.Id, JSON.stringify(buildargs), ...files.flatMap((file) => [file.name, file.content])]);
  const [known] = await engine.listImages({ filters: { label: [`${labels.source}=${source}`] } });
  if (known !== undefined) return known.Id;
  if (!request.install) {
    throw new CodedError('IMAGE_MISSING', `The ${kind} image is not there and may not be built`, {
      fix: 'Run it without --no-install.',
    });
  }
  await build(options, files, source);
  const [built] = await engine.listImages({ filters: { label: [`${labels.source}=${source}`] } });
  if (built !== undefined) return built.Id;
  throw new CodedError('BUILD_FAILED', `The engine built the ${kind} image, but does not list it`, {});
}

/** The image set as files of a folder, for whoever builds it without this package: `member/Dockerfile` and so on. */
export async function imageSetFiles(): Promise<readonly RenderedFile[]> {
  const kinds: readonly ImageKind[] = ['member', 'etcd', 'proxy'];
  const files = kinds.map(async (kind) =>
    (await contextOf(kind)).map(({ name, content, mode }) => ({
      path: `${kind}/${name}`,
      content: content.toString(),
      mode,
    })),
  );
  return (await Promise.all(files)).flat();
}

/** What is in a member image, as its build wrote it down. */
export async function describeMemberImage(engine: Docker, image: string): Promise<MemberImage> {
  const container = await engine.createContainer({ Image: image, Cmd: ['never-started'] });
  try {
    const text = await getFile(container, '/usr/local/share/citus-ha/image.json');
    return JSON.parse(text ?? '') as MemberImage;
  } finally {
    await container.remove({ v: true });
  }
}

async function build(
  { engine, kind, buildargs, request }: Parameters<typeof buildImage>[0],
  files: readonly ArchiveEntry[],
  source: string,
): Promise<void> {
  const { onProgress, signal } = request;
  onProgress?.(`Building the ${kind} image on ${buildargs['BASE_IMAGE']}`);
  const output: string[] = [];
  try {
    const stream = await engine.buildImage(Readable.from(await archiveOf(files)), {
      buildargs: { ...buildargs },
      labels: { [labels.source]: source },
      rm: true,
      forcerm: true,
      ...(signal && { abortSignal: signal }),
    });
    await followProgress(stream, ({ stream: text = '' }) => {
      output.push(...text.split('\n').filter((line) => line.trim() !== ''));
      const [step = '', instruction = ''] = text.split(' : ');
      if (instruction.startsWith('RUN')) onProgress?.(`${kind} image: ${step.toLowerCase()}`);
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

async function contextOf(kind: ImageKind): Promise<readonly ArchiveEntry[]> {
  const folder = join(imageSet, kind);
  const names = await readdir(folder);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(folder, name);
      // npm keeps no execute bit, and a strict umask lets no member read what it has unpacked.
      return { name, content: await readFile(path), mode: name.endsWith('.sh') ? 0o755 : 0o644 };
    }),
  );
}

function digestOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
