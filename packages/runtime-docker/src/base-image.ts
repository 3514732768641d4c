import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSpec, DockerState } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { ifThere } from './engine.js';
import { importTree } from './import-tree.js';
import { followProgress, type Progress } from './progress.js';

const official = 'citusdata/citus:latest';
const debian = 'debian:trixie-slim';
/** Named so that nobody takes it for Debian's own. */
const homemade = 'citus-ha/debian:trixie';

/**
 * The image that the image set is built on: the one that the spec names; else the one that the cluster was made on; for a
 * new cluster the official one of Citus; where no registry answers, a Debian that is already there; else, as root on
 * Debian, one that is made here with debootstrap.
 *
 * @throws CodedError `BASE_IMAGE_MISSING` with what each attempt came to.
 */
export async function baseImage(
  engine: Docker,
  request: PrepareRequest,
  known: Pick<DockerState, 'base' | 'site'> | undefined,
): Promise<string> {
  const attempts: string[] = [];
  for (const name of basesOf(request.spec, known)) {
    const obtain = name === homemade ? debootstrap : pull;
    if ((await isLocal(engine, name)) || (await obtain(engine, name, request, attempts))) return name;
  }
  throw new CodedError('BASE_IMAGE_MISSING', `There is no base for the images: ${attempts.join('; ')}`, {
    fix:
      known === undefined || request.spec.docker.baseImage !== 'auto'
        ? 'Load one into the engine and name it under docker.baseImage, or use --runtime local.'
        : 'Load it into the engine, or run this again where its registry answers: the cluster was made on it.',
  });
}

/** Names of what will do, the best one first. A cluster that is there gets no other base: that may lack its Citus. */
export function basesOf(
  { docker, engine }: Pick<ClusterSpec, 'docker' | 'engine'>,
  known: Pick<DockerState, 'base' | 'site'> | undefined,
): readonly string[] {
  if (docker.baseImage !== 'auto') return [docker.baseImage];
  // Of rendered files only the image set itself knows its base.
  if (known !== undefined && known.base !== 'auto') return [known.base];
  if (known?.site.citusAvailable === true) return [official];
  return [...(engine === 'standin' || known !== undefined ? [] : [official]), debian, homemade];
}

/** Whether {@link baseImage} would find one: there already, in a registry that answers, or to be made here. */
export async function canHaveBaseImage(engine: Docker, spec: ClusterSpec): Promise<boolean> {
  const names = basesOf(spec, undefined);
  for (const name of names) if (await isLocal(engine, name)) return true;
  for (const name of names) if (name !== homemade && (await isInRegistry(engine, name))) return true;
  return names.includes(homemade) && canDebootstrap();
}

async function isLocal(engine: Docker, name: string): Promise<boolean> {
  return (await ifThere(engine.getImage(name).inspect())) !== undefined;
}

async function isInRegistry(engine: Docker, name: string): Promise<boolean> {
  return engine
    .getImage(name)
    .distribution()
    .then(
      () => true,
      () => false,
    );
}

function canDebootstrap(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

async function pull(
  engine: Docker,
  name: string,
  { install, onProgress, signal }: PrepareRequest,
  attempts: string[],
): Promise<boolean> {
  if (!install) {
    attempts.push(`${name} is not there and may not be pulled`);
    return false;
  }
  signal?.throwIfAborted();
  onProgress?.(`Pulling ${name}`);
  const layers = new Map<string, boolean>();
  try {
    const progress = await engine.pull(name, { ...(signal && { abortSignal: signal }) });
    await followProgress(progress, ({ id, status = '' }: Progress) => {
      if (id === undefined || status.startsWith('Pulling from')) return;
      const known = layers.get(id);
      layers.set(id, known === true || status === 'Pull complete' || status === 'Already exists');
      const done = [...layers.values()].filter(Boolean).length;
      if (layers.get(id) !== (known ?? false)) onProgress?.(`Pulling ${name}: ${done} of ${layers.size} layers`);
    });
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    attempts.push(`${name} cannot be pulled (${messageOf(error)})`);
    return false;
  }
}

async function debootstrap(
  engine: Docker,
  name: string,
  { install, onProgress, signal }: PrepareRequest,
  attempts: string[],
): Promise<boolean> {
  if (!install || !canDebootstrap()) {
    attempts.push('debootstrap needs root on Debian, and permission to install');
    return false;
  }
  const cancel = { ...(signal && { cancelSignal: signal }) };
  const folder = await mkdtemp('/var/tmp/citus-ha-base-');
  try {
    onProgress?.('Making a Debian 13 base image with debootstrap, since no registry answers');
    await installDebootstrap();
    signal?.throwIfAborted();
    const tree = join(folder, 'tree');
    await execa(cancel)`debootstrap --variant=minbase trixie ${tree}`;
    await importTree(engine, tree, name, signal);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    attempts.push(`debootstrap failed (${messageOf(error).split('\n')[0]})`);
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An abort lets it end: packages half installed would be worse. */
async function installDebootstrap(): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, stdio: 'ignore', detached: true, cleanup: false } as const;
  await execa(options)`apt-get install -y --no-install-recommends debootstrap`;
}
