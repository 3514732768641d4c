import type { ClusterSpec } from '@citus-ha/config';
import { dockerSite, type DockerState, type ImageContents, type Site } from '@citus-ha/layout';
import type { ClusterStore } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { checkPorts } from './check-ports.js';
import { clusterImages, type ClusterImages } from './cluster-images.js';
import { readState, withKnownAddresses, writeState } from './cluster-state.js';
import { pingEngine } from './engine.js';
import { describeImages, nameImage, type ImageRequest } from './image-set.js';
import { refuseOtherPrograms } from './refuse-other-programs.js';
import { refuseVolumesLeft } from './volumes.js';

/** Settles engine, images, ports and addresses, and keeps the outcome in the cluster's store. */
export async function prepareSite(engine: Docker, store: ClusterStore, request: ImageRequest): Promise<Site> {
  const { spec } = request;
  await pingEngine(engine);
  const known = await readState(store);
  if (known === undefined) await refuseVolumesLeft(engine, spec.name);
  await checkPorts(engine, spec);
  const built = await clusterImages(engine, request, known);
  const contents = await describeImages(engine, built.images);
  refuseOtherPrograms(known?.site, contents, spec);
  const state = stateWith(spec, built, contents, known);
  await writeState(store, state);
  return state.site;
}

/**
 * The state that {@link prepareSite} would leave of a cluster that is there. Nothing is built for it: images that are not there
 * yet are taken to have the same programs in them as the cluster's.
 *
 * @throws CodedError `BASE_IMAGE_MISSING` where a base has to be pulled first.
 */
export async function previewState(
  engine: Docker,
  { spec, imageSet }: Pick<ImageRequest, 'spec' | 'imageSet'>,
  known: DockerState,
): Promise<DockerState> {
  const named = await clusterImages(engine, { spec, imageSet, install: false }, known, nameImage);
  const { versions, citusAvailable: citus } = known.site;
  return stateWith(spec, named, { ...versions, citus }, known);
}

function stateWith(
  spec: ClusterSpec,
  { base, plainBase, baseIds, images }: ClusterImages,
  contents: ImageContents,
  known: DockerState | undefined,
): DockerState {
  const { site, addresses } = withKnownAddresses(dockerSite(spec, contents), spec.name, known?.addresses);
  return {
    version: 1,
    base,
    ...(plainBase !== undefined && { plainBase }),
    ...(baseIds && { baseIds }),
    images,
    bind: spec.proxy.bind,
    sharedMemory: spec.docker.sharedMemory,
    site,
    addresses,
  };
}
