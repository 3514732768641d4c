import type { MemberKind } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { formerSharedMemory, type DockerState } from './docker-site.js';
import { needsOf } from './member-needs.js';

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
  /** Absent where it is {@link formerSharedMemory}, or no database's. */
  readonly sharedMemory?: string;
}

/** What the members of a cluster have in common. */
export type CommonDefinition = Pick<DockerState, 'images' | 'bind' | 'sharedMemory'>;

/**
 * Its JSON is the same for the same member and state, whoever makes the container.
 *
 * @throws CodedError `IMAGE_MISSING` for a sentinel or a pooler of a cluster without its image.
 */
export function containerDefinition(
  { kind, group, command, env, ports }: Omit<ContainerDefinition, keyof CommonDefinition | 'image'>,
  { images, bind, sharedMemory = formerSharedMemory }: CommonDefinition,
): ContainerDefinition {
  const needs = needsOf(kind);
  const image = images[needs.image];
  if (image === undefined) {
    throw new CodedError('IMAGE_MISSING', `The cluster has no image for a ${kind}`, {
      fix: 'Run `citus-ha up`, which builds it.',
    });
  }
  return {
    kind,
    ...(group !== undefined && { group }),
    command,
    env,
    ports,
    image,
    ...(needs.published.length > 0 && { bind }),
    ...(needs.image === 'member' && sharedMemory !== formerSharedMemory && { sharedMemory }),
  };
}

/** As Compose v2 names it. */
export function containerName(cluster: string, member: string): string {
  return `${cluster}-${member}-1`;
}
