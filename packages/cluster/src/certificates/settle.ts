import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { databaseMembers, type ClusterSpec } from '@citus-ha/config';
import type { CertificateAndKey, Certificates, MemberSite, Site } from '@citus-ha/layout';
import { nodeCommonName } from '@citus-ha/emitters';
import { certificateTimes, type CertificateKind } from './times.js';

export interface SettleOptions {
  /** What there is already. */
  readonly kept?: Certificates | undefined;
  readonly now?: Date;
}

/**
 * The certificates of a cluster's nodes: the kept ones, and new ones for members without, with another address, or whose
 * own ends soon. A renewed authority keeps its key, so that certificates it gave stay valid.
 */
export async function settleCertificates(
  spec: ClusterSpec,
  site: Site,
  { kept, now = new Date() }: SettleOptions,
): Promise<Certificates> {
  const authority =
    kept && holds(kept.authority, 'authority', now) ? kept.authority : await newAuthority(spec, kept, now);
  const members = databaseMembers(spec).map(async ({ name }) => {
    const own = kept?.members[name];
    const names = namesOf(name, site.members[name]);
    const fits = own && holds(own, 'node', now) && isFor(own, names);
    return [name, fits ? own : await newCertificate(authority, names, now)] as const;
  });
  return { authority, members: Object.fromEntries(await Promise.all(members)) };
}

/** Loaded only where something is to be issued: most commands have no need of it. */
const issuing = () => import('./issue.js');

async function newAuthority(spec: ClusterSpec, kept: Certificates | undefined, now: Date): Promise<CertificateAndKey> {
  const { issueAuthority } = await issuing();
  return issueAuthority(`citus-ha ${spec.name}`, validity('authority', now), kept?.authority.key);
}

async function newCertificate(
  authority: CertificateAndKey,
  names: readonly string[],
  now: Date,
): Promise<CertificateAndKey> {
  const { issueCertificate } = await issuing();
  return issueCertificate(authority, nodeCommonName, names, validity('node', now));
}

/** A day of the past is in it, for clocks that are behind. */
function validity(kind: CertificateKind, now: Date): { readonly from: Date; readonly until: Date } {
  return {
    from: new Date(now.getTime() - 86_400_000),
    until: new Date(now.getTime() + certificateTimes[kind].validMs),
  };
}

function holds({ certificate }: CertificateAndKey, kind: CertificateKind, now: Date): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - now.getTime() > certificateTimes[kind].dueMs;
}

/** By what other nodes reach it, and by what it reaches itself. */
function namesOf(name: string, site: MemberSite | undefined): readonly string[] {
  return [...new Set([name, site?.host ?? name, 'localhost', site?.address ?? '127.0.0.1', '127.0.0.1'])];
}

function isFor({ certificate }: CertificateAndKey, names: readonly string[]): boolean {
  const wanted = names.map((name) => (isIP(name) ? `IP Address:${name}` : `DNS:${name}`));
  return new X509Certificate(certificate).subjectAltName === wanted.join(', ');
}
