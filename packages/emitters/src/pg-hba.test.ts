import { defaultClusterSpec } from '@citus-ha/config';
import { expect, test } from 'vitest';
import { dockerSite } from '@citus-ha/config';
import { passfile } from './passfile.js';
import { pgHba } from './pg-hba.js';

const spec = {
  ...defaultClusterSpec(),
  coordinators: { count: 1 },
  workers: { ...defaultClusterSpec().workers, count: 1 },
};
const docker = dockerSite(spec);
const secrets = { superuser: 'a:b\\c', replication: 'plain' };

test('members on loopback let in nobody from elsewhere', () => {
  const members = Object.entries(docker.members).map(([name, place], index) => [
    name,
    { ...place, address: `127.0.9.${index}` },
  ]);
  const site = { ...docker, members: Object.fromEntries(members) as typeof docker.members };
  expect(pgHba({ spec, site, secrets, engine: 'citus' })).toEqual([
    'local all all scram-sha-256',
    'host replication replicator 127.0.0.0/8 scram-sha-256',
    'host replication replicator ::1/128 scram-sha-256',
    'host all all 127.0.0.0/8 scram-sha-256',
    'host all all ::1/128 scram-sha-256',
  ]);
});

test('members of a network serve any address, but replicate to each other only', () => {
  const { 'coord-1': coordinator, worker1 } = docker.members;
  const lines = pgHba({ spec, site: docker, secrets, engine: 'citus' });
  expect(lines).toContain('host all all all scram-sha-256');
  expect(lines.filter((line) => line.startsWith('host replication replicator 10.'))).toEqual([
    `host replication replicator ${coordinator?.address}/32 scram-sha-256`,
    `host replication replicator ${worker1?.address}/32 scram-sha-256`,
  ]);
});

test('colons and backslashes of passwords are escaped in the passfile', () => {
  expect(passfile({ spec, site: docker, secrets, engine: 'citus' })).toBe(
    '*:*:*:postgres:a\\:b\\\\c\n*:*:*:replicator:plain\n',
  );
});
