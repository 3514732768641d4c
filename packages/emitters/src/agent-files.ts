import type { MemberSpec } from '@citus-ha/config';
import { placeOf, type RenderInput } from './rendering.js';

/** Where a member has a program of `@citus-ha/member-agent`: beside its password file. */
export function agentPath({ site }: RenderInput, { name }: MemberSpec, program: string): string {
  const { passFile } = placeOf(site, name);
  return `${passFile.slice(0, passFile.lastIndexOf('/'))}/${program}`;
}
