import { relative } from 'node:path/posix';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { identityOf, type RenderedFile } from '@citus-ha/layout';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';

/** The name that every node's certificate carries; by it a node logs in to another one as any role (docs/adr/0009). */
export const nodeCommonName = 'citus-ha-node';

const map = 'nodes';

/** What a node needs to be known by others, and to know them; `undefined` where nodes log in by password. */
export interface NodeCertificate {
  readonly files: readonly RenderedFile[];
  /** By which libpq in the backends finds the certificate: Citus takes no sslcert among its connection's settings. */
  readonly env: RenderedMember['env'];
  readonly parameters: Readonly<Record<string, string>>;
  /** Lines of pg_ident.conf. */
  readonly ident: readonly string[];
}

export function nodeCertificate(input: RenderInput, member: MemberSpec): NodeCertificate | undefined {
  const { certificates, site } = input;
  const own = certificates?.members[member.name];
  if (!certificates || !own) return undefined;
  const { authority, certificate, key } = identityOf(placeOf(site, member.name));
  return {
    files: [
      { path: authority, content: certificates.authority.certificate, mode: 0o644 },
      { path: certificate, content: own.certificate, mode: 0o644 },
      { path: key, content: own.key, mode: 0o600 },
    ],
    env: { PGSSLCERT: certificate, PGSSLKEY: key },
    parameters: { ssl: 'on', ssl_ca_file: authority, ssl_cert_file: certificate, ssl_key_file: key },
    ident: knowsAllRoles(input) ? [`${map} ${nodeCommonName} all`] : [],
  };
}

/**
 * How Citus connects from node to node. It is the same on all members of a group, so the authority's file is named from the
 * data directory, where backends are.
 */
export function nodeSslSettings({ certificates, site }: RenderInput, member: MemberSpec): string {
  if (!certificates) return 'sslmode=prefer';
  const place = placeOf(site, member.name);
  return `sslmode=verify-full sslrootcert=${relative(place.dataDir, identityOf(place).authority)}`;
}

/** The end of a line of pg_hba.conf that lets nodes in. The authority gives certificates to nodes only, so any will do. */
export function nodeLogin(input: RenderInput): string {
  return knowsAllRoles(input) ? `cert map=${map}` : 'trust clientcert=verify-ca';
}

/** PostgreSQL 16 is the first whose maps have a word for every role. */
function knowsAllRoles({ site }: RenderInput): boolean {
  return site.versions.postgres >= 16;
}

/**
 * From where proxies connect to servers on loopback. All others come from 127.0.0.1 there, nodes as well as clients; a
 * client that comes by a proxy has to be told from a node.
 */
export function proxySource({ certificates, spec, site }: RenderInput): string | undefined {
  const [first] = coordinators(spec);
  const address = first && placeOf(site, first.name).address;
  return certificates && address?.startsWith('127.') ? address.replace(/\d+$/, '254') : undefined;
}
