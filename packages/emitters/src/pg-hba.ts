import { databaseMembers } from '@citus-ha/config';
import type { RenderInput } from './rendering.js';
import { placeOf } from './rendering.js';

const loopback = ['127.0.0.0/8', '::1/128'];

/**
 * Lines of pg_hba.conf. Everyone gives a password. On loopback alone nobody else gets in; members with addresses of a
 * network serve clients from anywhere in it, but let only each other replicate.
 */
export function pgHba({ spec, site }: RenderInput): readonly string[] {
  const addresses = databaseMembers(spec).map(({ name }) => placeOf(site, name).address);
  const networked = addresses.filter((address) => !address.startsWith('127.'));
  const members = networked.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
  return [
    'local all all scram-sha-256',
    ...[...loopback, ...members].map(
      (from) => `host replication ${spec.credentials.replication} ${from} scram-sha-256`,
    ),
    ...(networked.length > 0 ? ['all'] : loopback).map((from) => `host all all ${from} scram-sha-256`),
  ];
}
