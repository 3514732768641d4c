import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSpec } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';
import type { PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { ifThere } from './engine.js';
import { followProgress, type Progress } from './progress.js';

const official = 'citusdata/citus:latest';
const debian = 'debian:trixie-slim';
/** Named so that nobody takes it for Debian's own. */
const homemade = { repo: 'citus-ha/debian', tag: 'trixie' } as const;

/**
 * The image that the image set is built on: the one that the spec names; else the official one of Citus; where no registry
 * answers, a Debian that is already there; else, as root on Debian, one that is made here with debootstrap.
 *
 * @throws CodedError `BASE_IMAGE_MISSING` with what each attempt came to.
 */
export async function baseImage(engine: Docker, request: PrepareRequest, kept: string | undefined): Promise<string> {
  const asked = request.spec.docker.baseImage;
  if (asked === 'auto' && kept !== undefined && (await isLocal(engine, kept))) return kept;
  const attempts: string[] = [];
  for (const name of asked === 'auto' ? wanted(request.spec) : [asked]) {
    if ((await isLocal(engine, name)) || (await pull(engine, name, request, attempts))) return name;
  }
  if (asked === 'auto') {
    const name = `${homemade.repo}:${homemade.tag}`;
    if ((await isLocal(engine, name)) || (await debootstrap(engine, request, attempts))) return name;
  }
  throw new CodedError('BASE_IMAGE_MISSING', `There is no base for the images: ${attempts.join('; ')}`, {
    fix: 'Load one into the engine and name it under docker.baseImage, or use --runtime local.',
  });
}

function wanted({ engine }: ClusterSpec): readonly string[] {
  return engine === 'standin' ? [debian] : [official, debian];
}

/** Whether {@link baseImage} would find one: there already, in a registry that answers, or to be made here. */
export async function canHaveBaseImage(engine: Docker, spec: ClusterSpec): Promise<boolean> {
  const asked = spec.docker.baseImage;
  const names = asked === 'auto' ? [...wanted(spec), `${homemade.repo}:${homemade.tag}`] : [asked];
  for (const name of names) if (await isLocal(engine, name)) return true;
  for (const name of names) if (await isInRegistry(engine, name)) return true;
  return asked === 'auto' && canDebootstrap();
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
    await followProgress(await engine.pull(name), ({ id, status = '' }: Progress) => {
      if (id === undefined || status.startsWith('Pulling from')) return;
      const known = layers.get(id);
      layers.set(id, known === true || status === 'Pull complete' || status === 'Already exists');
      const done = [...layers.values()].filter(Boolean).length;
      if (layers.get(id) !== (known ?? false)) onProgress?.(`Pulling ${name}: ${done} of ${layers.size} layers`);
    });
    return true;
  } catch (error) {
    attempts.push(`${name} cannot be pulled (${messageOf(error)})`);
    return false;
  }
}

async function debootstrap(engine: Docker, request: PrepareRequest, attempts: string[]): Promise<boolean> {
  const { install, onProgress, signal } = request;
  if (!install || !canDebootstrap()) {
    attempts.push('debootstrap needs root on Debian, and permission to install');
    return false;
  }
  const options = { ...(signal && { cancelSignal: signal }), env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const folder = await mkdtemp('/var/tmp/citus-ha-base-');
  try {
    onProgress?.('Making a Debian 13 base image with debootstrap, since no registry answers');
    await execa(options)`apt-get install -y --no-install-recommends debootstrap`;
    const tree = join(folder, 'tree');
    await execa(options)`debootstrap --variant=minbase trixie ${tree}`;
    const tar = execa({ ...options, buffer: false })`tar -C ${tree} --exclude=./var/cache/apt/archives/*.deb -c .`;
    await followProgress(await engine.importImage(tar.stdout, homemade));
    await tar;
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    attempts.push(`debootstrap failed (${messageOf(error).split('\n')[0]})`);
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
