import { dockerSite, type ImageKind, type Site } from '@citus-ha/config';
import type { ClusterStore, PrepareRequest } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { baseImage } from './base-image.js';
import { checkPorts } from './check-ports.js';
import { readState, withKnownAddresses, writeState } from './cluster-state.js';
import { pingEngine } from './engine.js';
import { buildImage, describeMemberImage } from './image-set.js';
import { refuseOtherPrograms } from './refuse-other-programs.js';
import { refuseVolumesLeft } from './volumes.js';

/** Settles engine, images, ports and addresses, and keeps the outcome in the cluster's store. */
export async function prepareSite(engine: Docker, store: ClusterStore, request: PrepareRequest): Promise<Site> {
  const { spec } = request;
  await pingEngine(engine);
  const known = await readState(store);
  if (known === undefined) await refuseVolumesLeft(engine, spec.name);
  await checkPorts(engine, spec);
  const base = await baseImage(engine, request, known);
  const { version } = spec.postgres;
  const buildargs = { BASE_IMAGE: base };
  const [member, etcd, proxy] = await Promise.all([
    buildImage({
      engine,
      kind: 'member',
      buildargs: { ...buildargs, ...(version !== 'auto' && { POSTGRES_VERSION: String(version) }) },
      request,
    }),
    buildImage({ engine, kind: 'etcd', buildargs, request }),
    buildImage({ engine, kind: 'proxy', buildargs, request }),
  ]);
  const image = await describeMemberImage(engine, member);
  refuseOtherPrograms(known?.site, image, spec);
  const { site, addresses } = withKnownAddresses(dockerSite(spec, image), spec.name, known?.addresses);
  const images: Record<ImageKind, string> = {
    member: await tagged(engine, member, 'member', `pg${image.postgres}-${image.citus ? 'citus' : 'standin'}`),
    etcd: await tagged(engine, etcd, 'etcd', site.versions.etcd),
    proxy: await tagged(engine, proxy, 'proxy', site.versions.haproxy),
  };
  await writeState(store, { version: 1, base, images, bind: spec.proxy.bind, site, addresses });
  return site;
}

async function tagged(engine: Docker, id: string, kind: ImageKind, tag: string): Promise<string> {
  const repo = `citus-ha/${kind}`;
  await engine.getImage(id).tag({ repo, tag });
  return `${repo}:${tag}`;
}
