import type { MemberKind } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { DockerState } from './docker-site.js';
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
}

/**
 * Its JSON is the same for the same member and state, whoever makes the container.
 *
 * @throws CodedError `IMAGE_MISSING` for a sentinel or a pooler of a cluster without its image.
 */
export function containerDefinition(
  { kind, group, command, env, ports }: Omit<ContainerDefinition, 'image' | 'bind'>,
  { images, bind }: Pick<DockerState, 'images' | 'bind'>,
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
  };
}

/** As Compose v2 names it. */
export function containerName(cluster: string, member: string): string {
  return `${cluster}-${member}-1`;
}
