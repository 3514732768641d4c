import { CodedError } from '@citus-ha/core';
import type Docker from 'dockerode';
import { ifThere } from './engine.js';
import { labels, volumeName } from './names.js';

/** @throws CodedError `VOLUME_TAKEN` where a volume of this member's name is not this cluster's. */
export async function refuseForeignVolume(engine: Docker, cluster: string, member: string): Promise<void> {
  const name = volumeName(cluster, member);
  const found = await ifThere(engine.getVolume(name).inspect());
  const owner = found?.Labels?.[labels.project];
  if (found === undefined || owner === cluster) return;
  throw new CodedError(
    'VOLUME_TAKEN',
    `The volume ${name} is ${owner === undefined ? 'no volume of citus-ha' : `of the Compose project ${owner}`}`,
    {
      blame: 'user',
      member,
      fix: `Give the cluster another name; or, if nobody needs its data, remove it: docker volume rm ${name}.`,
    },
  );
}

/**
 * Data without the passwords it was made with is of no use to a new cluster, and a loss for whoever made it.
 *
 * @throws CodedError `VOLUMES_LEFT` where volumes of an earlier cluster of this name are there.
 */
export async function refuseVolumesLeft(engine: Docker, cluster: string): Promise<void> {
  const names = await volumesOf(engine, cluster);
  if (names.length === 0) return;
  throw new CodedError(
    'VOLUMES_LEFT',
    `Data of an earlier cluster ${cluster} is there (${names.join(', ')}), but nothing says its passwords`,
    {
      blame: 'user',
      fix: `Start its containers again (docker compose up -d, where Compose made them); or, if nobody needs the data, remove it: docker volume rm ${names.join(' ')}`,
    },
  );
}

/**
 * Removes the data of one member, if there is any.
 *
 * @throws CodedError as {@link refuseForeignVolume} does.
 */
export async function removeVolume(engine: Docker, cluster: string, member: string): Promise<void> {
  await refuseForeignVolume(engine, cluster, member);
  await ifThere(engine.getVolume(volumeName(cluster, member)).remove({ force: true }));
}

/** Removes the data of every member, created or not. */
export async function removeVolumes(engine: Docker, cluster: string): Promise<void> {
  const names = await volumesOf(engine, cluster);
  await Promise.all(names.map((name) => ifThere(engine.getVolume(name).remove({ force: true }))));
}

async function volumesOf(engine: Docker, cluster: string): Promise<readonly string[]> {
  const label = [`${labels.project}=${cluster}`, labels.volume];
  const { Volumes } = await engine.listVolumes({ filters: { label } });
  return (Volumes ?? []).map(({ Name }) => Name).toSorted();
}

/** @throws CodedError as {@link refuseForeignVolume}. */
export async function ensureVolume(engine: Docker, cluster: string, member: string): Promise<void> {
  await refuseForeignVolume(engine, cluster, member);
  await engine.createVolume({
    Name: volumeName(cluster, member),
    Labels: { [labels.project]: cluster, [labels.volume]: `${member}-data` },
  });
}
