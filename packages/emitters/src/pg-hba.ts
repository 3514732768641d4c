import { databaseMembers } from '@citus-ha/config';
import { nodeLogin, proxySource } from './node-certificate.js';
import { type RenderInput, placeOf } from './rendering.js';

const loopback = ['127.0.0.0/8', '::1/128'];

/**
 * Lines of pg_hba.conf. Everyone gives a password, but for nodes with a certificate. On loopback alone nobody else gets in;
 * members with addresses of a network serve clients from anywhere in it, but let only each other replicate.
 */
export function pgHba(input: RenderInput): readonly string[] {
  const { spec, site } = input;
  const addresses = databaseMembers(spec).map(({ name }) => placeOf(site, name).address);
  const networked = addresses.filter((address) => !address.startsWith('127.'));
  const members = networked.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
  return [
    'local all all scram-sha-256',
    ...[...loopback, ...members].map(
      (from) => `host replication ${spec.credentials.replication} ${from} scram-sha-256`,
    ),
    ...nodeLines(input, members),
    ...(networked.length > 0 ? ['all'] : loopback).map((from) => `host all all ${from} scram-sha-256`),
  ];
}

/** A node reaches itself on loopback, and there all others too. */
function nodeLines(input: RenderInput, members: readonly string[]): readonly string[] {
  if (!input.certificates) return [];
  const source = proxySource(input);
  return [
    ...(source === undefined ? [] : [`host all all ${source}/32 scram-sha-256`]),
    ...['127.0.0.1/32', ...members].map((from) => `hostssl all all ${from} ${nodeLogin(input)}`),
  ];
}
