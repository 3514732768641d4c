import { dirname } from 'node:path/posix';
import type { MemberSite } from './site.js';

/** By what a member knows the others and is known by them: paths of PEM files, as it sees them. */
export interface Identity {
  /** Of the authority whose word is taken. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Where a member's identity is: beside its password file. */
export function identityOf({ passFile }: Pick<MemberSite, 'passFile'>): Identity {
  const folder = dirname(passFile);
  return { authority: `${folder}/ca.crt`, certificate: `${folder}/node.crt`, key: `${folder}/node.key` };
}
