import { dockerSite, type Site } from '@citus-ha/config';
import type { ClusterStore, PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { checkPorts } from './check-ports.js';
import { clusterImages } from './cluster-images.js';
import { readState, withKnownAddresses, writeState } from './cluster-state.js';
import { pingEngine } from './engine.js';
import { describeImages } from './image-set.js';
import { refuseOtherPrograms } from './refuse-other-programs.js';
import { refuseVolumesLeft } from './volumes.js';

/** Settles engine, images, ports and addresses, and keeps the outcome in the cluster's store. */
export async function prepareSite(engine: Docker, store: ClusterStore, request: PrepareRequest): Promise<Site> {
  const { spec } = request;
  await pingEngine(engine);
  const known = await readState(store);
  if (known === undefined) await refuseVolumesLeft(engine, spec.name);
  await checkPorts(engine, spec);
  const built = await clusterImages(engine, request, known);
  const contents = await describeImages(engine, built.images);
  refuseOtherPrograms(known?.site, contents, spec);
  const { site, addresses } = withKnownAddresses(dockerSite(spec, contents), spec.name, known?.addresses);
  const { base, plainBase, baseIds, images } = built;
  await writeState(store, {
    version: 1,
    base,
    ...(plainBase !== undefined && { plainBase }),
    ...(baseIds && { baseIds }),
    images,
    bind: spec.proxy.bind,
    site,
    addresses,
  });
  return site;
}
