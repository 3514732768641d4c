import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSpec } from '@citus-ha/config';
import type { DockerState } from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import type { PrepareEvent, PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { hasImage } from './image-set.js';
import { importTree } from './import-tree.js';
import { localCitusImages, newestCitus } from './local-citus.js';
import { followProgress, type Progress } from './progress.js';

const official = 'citusdata/citus:latest';
const debian = 'debian:trixie-slim';
/** Named so that nobody takes it for Debian's own. */
const homemade = 'citus-ha/debian:trixie';

type KnownBase = Pick<DockerState, 'base' | 'plainBase' | 'baseIds' | 'site'>;

/**
 * The image that the members' image is built on: the one that the spec names; else the one that the cluster was made on; for a
 * new cluster the newest of Citus's own that is here, or the official one from its registry; where that does not answer, a
 * Debian that is already there; else, as root on Debian, one that is made here with debootstrap. Of a new cluster it is told
 * what is taken and why.
 *
 * @throws CodedError `BASE_IMAGE_MISSING` with what each attempt came to.
 */
export async function baseImage(
  engine: Docker,
  request: PrepareRequest,
  known: KnownBase | undefined,
): Promise<string> {
  const { spec, onEvent } = request;
  const attempts: string[] = [];
  for (const name of basesOf(spec, known, await localCitus(engine, spec, known))) {
    const obtain = name === homemade ? debootstrap : pull;
    if (!(await isHere(engine, name, known)) && !(await obtain(engine, name, request, attempts))) continue;
    if (known === undefined) onEvent?.({ type: 'chosen-base', base: name, why: whyTaken(spec, name), attempts });
    return name;
  }
  throw new CodedError('BASE_IMAGE_MISSING', `There is no base for the images: ${attempts.join('; ')}`, {
    fix:
      known === undefined || spec.docker.baseImage !== 'auto'
        ? 'Load one into the engine and name it under docker.baseImage, or use --runtime local.'
        : 'Load it into the engine, or run this again where its registry answers: the cluster was made on it.',
  });
}

/** Names of what will do, the best one first. A cluster that is there gets no other base: that may lack its Citus. */
export function basesOf(
  { docker, engine }: Pick<ClusterSpec, 'docker' | 'engine'>,
  known: KnownBase | undefined,
  local: string | undefined,
): readonly string[] {
  if (docker.baseImage !== 'auto') return [docker.baseImage];
  // Of rendered files only the image set itself knows its base.
  if (known !== undefined && known.base !== 'auto') return [known.base];
  const citus = local ?? official;
  if (known?.site.citusAvailable === true || engine === 'citus') return [citus];
  return [...(engine === 'standin' || known !== undefined ? [] : [citus]), debian, homemade];
}

/** Why this one is taken for a new cluster. */
export function whyTaken({ docker, engine }: Pick<ClusterSpec, 'docker' | 'engine'>, name: string): WhyTaken {
  if (docker.baseImage !== 'auto') return 'named';
  if (engine === 'standin') return 'engine-is-standin';
  return name === debian || name === homemade ? 'no-citus' : 'newest-citus';
}

type WhyTaken = Extract<PrepareEvent, { type: 'chosen-base' }>['why'];

/**
 * The image that those of etcd and the proxies are built on, which need no PostgreSQL: a plain Debian that is here, or can be
 * pulled, else the members' base. A cluster keeps the one it has.
 */
export async function plainBase(
  engine: Docker,
  request: PrepareRequest,
  base: string,
  known: KnownBase | undefined,
): Promise<string> {
  const names = plainBasesOf(base, known);
  for (const name of names) if (await isHere(engine, name, known)) return name;
  for (const name of names) if (name !== homemade && (await pull(engine, name, request, []))) return name;
  return base;
}

/** Names of what will do, the best one first. Another Debian than it was made on may have an etcd that is too old for its data. */
export function plainBasesOf(base: string, known: KnownBase | undefined): readonly string[] {
  if (known !== undefined) return [known.plainBase ?? (known.base === 'auto' ? debian : known.base)];
  return base === debian || base === homemade ? [base] : [debian, homemade];
}

/** Whether {@link baseImage} would find one: there already, in a registry that answers, or to be made here. */
export async function canHaveBaseImage(engine: Docker, spec: ClusterSpec): Promise<boolean> {
  const names = basesOf(spec, undefined, await localCitus(engine, spec, undefined));
  for (const name of names) if (await hasImage(engine, name)) return true;
  for (const name of names) if (name !== homemade && (await isInRegistry(engine, name))) return true;
  return names.includes(homemade) && canDebootstrap();
}

/**
 * The id of a base, by which images are built on it: of a cluster that is there the one that it was made on, as long as the
 * engine has it. A tag that has moved on may bring a Citus that the data is not made for.
 *
 * @throws what the engine says where it has none.
 */
export async function baseId(engine: Docker, name: string, known: KnownBase | undefined): Promise<string> {
  const kept = known?.baseIds?.[name];
  if (kept !== undefined && (await hasImage(engine, kept))) return kept;
  return (await engine.getImage(name).inspect()).Id;
}

async function isHere(engine: Docker, name: string, known: KnownBase | undefined): Promise<boolean> {
  const kept = known?.baseIds?.[name];
  return (kept !== undefined && (await hasImage(engine, kept))) || hasImage(engine, name);
}

async function localCitus(
  engine: Docker,
  { postgres }: ClusterSpec,
  known: KnownBase | undefined,
): Promise<string | undefined> {
  return newestCitus(await localCitusImages(engine), known?.site.versions.postgres ?? postgres.version);
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
  { install, onEvent, signal }: PrepareRequest,
  attempts: string[],
): Promise<boolean> {
  if (!install) {
    attempts.push(`${name} is not there and may not be pulled`);
    return false;
  }
  signal?.throwIfAborted();
  onEvent?.({ type: 'pulling', image: name });
  const layers = new Map<string, boolean>();
  try {
    const progress = await engine.pull(name, { ...(signal && { abortSignal: signal }) });
    await followProgress(progress, ({ id, status = '' }: Progress) => {
      if (id === undefined || status.startsWith('Pulling from')) return;
      const known = layers.get(id);
      layers.set(id, known === true || status === 'Pull complete' || status === 'Already exists');
      const done = [...layers.values()].filter(Boolean).length;
      if (layers.get(id) !== (known ?? false)) onEvent?.({ type: 'pulled-layers', image: name, done, of: layers.size });
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
  { install, onEvent, signal }: PrepareRequest,
  attempts: string[],
): Promise<boolean> {
  if (!install || !canDebootstrap()) {
    attempts.push('debootstrap needs root on Debian, and permission to install');
    return false;
  }
  const cancel = { ...(signal && { cancelSignal: signal }) };
  const folder = await mkdtemp('/var/tmp/citus-ha-base-');
  try {
    onEvent?.({ type: 'making-base' });
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
