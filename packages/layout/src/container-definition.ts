import type { MemberKind } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { DockerState, Images } from './docker-site.js';
import { needsOf, type ImageKind } from './member-needs.js';

/** What a container cannot be given later: all of a member's definition but its files, the image, and where its ports are published. */
export interface ContainerDefinition {
  readonly kind: MemberKind;
  readonly group?: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly image: string;
  /** Absent where no port is. */
  readonly bind?: string;
}

/** Its JSON is the same for the same member and state, whoever makes the container. */
export function containerDefinition(
  { kind, group, command, env, ports }: Omit<ContainerDefinition, 'image' | 'bind'>,
  { images, bind }: Pick<DockerState, 'images' | 'bind'>,
): ContainerDefinition {
  const needs = needsOf(kind);
  return {
    kind,
    ...(group !== undefined && { group }),
    command,
    env,
    ports,
    image: imageOf(images, needs.image),
    ...(needs.published.length > 0 && { bind }),
  };
}

/** @throws CodedError `NOT_PREPARED` where a cluster is to have its first pooler, and nobody has settled its image. */
function imageOf(images: Images, kind: ImageKind): string {
  const image = images[kind];
  if (image !== undefined) return image;
  throw new CodedError('NOT_PREPARED', `No ${kind} image is settled for the cluster`, { fix: 'Run `citus-ha up`.' });
}

/** As Compose v2 names it. */
export function containerName(cluster: string, member: string): string {
  return `${cluster}-${member}-1`;
}
