import type { ClusterSpec, MemberKind } from '@citus-ha/config';
import type { Certificates, MemberSite, RenderedFile, Secrets, Site } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';

/** Everything that the text of a member's files depends on. */
export interface RenderInput {
  readonly spec: ClusterSpec;
  readonly site: Site;
  readonly secrets: Secrets;
  /** With Citus; a cluster of an earlier version has none until its next `up`. */
  readonly certificates?: Certificates | undefined;
  /** Already decided: `auto` is resolved before anything is rendered. */
  readonly engine: 'citus' | 'standin';
  /** For a rendered folder of containers: what its images are built from, `member/Dockerfile` and so on. */
  readonly imageSet?: readonly RenderedFile[];
}

/** A member as a runtime creates it: the structure of the runtime port's `MemberDefinition`. */
export interface RenderedMember {
  readonly name: string;
  readonly kind: MemberKind;
  /** Citus group; only coordinators and workers have one. */
  readonly group?: number;
  /** argv of the member's init process. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly RenderedFile[];
  /** By purpose: postgres and patroni; client and peer; write, read and stats; pooled. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Where a member was placed. */
export function placeOf(site: Site, member: string): MemberSite {
  const place = site.members[member];
  if (place) return place;
  throw new CodedError('MEMBER_NOT_PLACED', `The ${site.runtime} site has no place for ${member}`, {
    member,
    fix: `Prepare the runtime with the same spec; it placed ${Object.keys(site.members).join(', ') || 'no member'}.`,
  });
}
