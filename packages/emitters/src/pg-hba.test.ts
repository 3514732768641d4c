import { defaultClusterSpec } from '@citus-ha/config';
import { expect, test } from 'vitest';
import { dockerSite } from '@citus-ha/layout';
import { passfile } from './passfile.js';
import { pgHba } from './pg-hba.js';
import { renderMember } from './render-member.js';

const spec = {
  ...defaultClusterSpec(),
  coordinators: { count: 1 },
  workers: { ...defaultClusterSpec().workers, count: 1 },
};
const docker = dockerSite(spec);
const pair = { certificate: 'a certificate', key: 'a key' };
const certificates = { authority: pair, members: { 'coord-1': pair, worker1: pair } };
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

test('members of a network let each other in as any role by a certificate of a node, and all others by password', () => {
  const lines = pgHba({ spec, site: docker, secrets, certificates, engine: 'citus' });
  expect(lines).toContain(`hostssl all all ${docker.members['worker1']?.address}/32 cert map=nodes`);
  expect(lines.some((line) => line.includes(`${docker.members['haproxy']?.address}/32 cert`))).toBe(false);
  expect(lines.at(-1)).toBe('host all all all scram-sha-256');
});

test('PostgreSQL 15, whose maps name each role, takes any certificate of the authority that has given them to nodes only', () => {
  const site = { ...docker, versions: { ...docker.versions, postgres: 15 } };
  const input = { spec, site, secrets, certificates, engine: 'citus' as const };
  expect(pgHba(input)).toContain('hostssl all all 127.0.0.1/32 trust clientcert=verify-ca');
});

test('on loopback, where a node has the address of any client, a proxy has one of its own, from where passwords count', () => {
  const members = Object.entries(docker.members).map(([name, place], index) => [
    name,
    { ...place, address: `127.0.9.${index}` },
  ]);
  const site = { ...docker, members: Object.fromEntries(members) as typeof docker.members };
  const input = { spec, site, secrets, certificates, engine: 'citus' as const };
  expect(pgHba(input).slice(-4)).toEqual([
    'host all all 127.0.9.254/32 scram-sha-256',
    'hostssl all all 127.0.0.1/32 cert map=nodes',
    'host all all 127.0.0.0/8 scram-sha-256',
    'host all all ::1/128 scram-sha-256',
  ]);
  const proxy = renderMember(input, { name: 'haproxy', kind: 'proxy' });
  expect(proxy.files[0]?.content).toContain('    source 127.0.9.254\n');
});
