import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite, type MemberSite, type Site } from '@citus-ha/layout';
import { expect, it } from 'vitest';
import { renderSentinelMember } from './sentinel-member.js';

const spec = defaultClusterSpec();
const member = { name: 'sentinel', kind: 'sentinel' } as const;
const docker = dockerSite(spec);
const { sentinel: _, ...programs } = docker.programs;
const place = { ...docker.members['etcd'], configFile: '/s/sentinel.json' } as MemberSite;
const site: Site = { ...docker, programs, runtime: 'local', members: { sentinel: place } };
const input = { spec, engine: 'citus', secrets: { superuser: 'hidden', replication: 'hidden' } } as const;

it('a sentinel is told which cluster it attends, and no secret', () => {
  const own = { ...programs, sentinel: ['/usr/bin/node', '/opt/citus-ha/main.js'] };
  const { command, files } = renderSentinelMember({ ...input, site: { ...site, programs: own } }, member);
  expect(command.slice(-6)).toEqual([
    '/usr/bin/node',
    '/opt/citus-ha/main.js',
    'sentinel',
    '--json',
    '-c',
    '/s/sentinel.json',
  ]);
  expect(files.map(({ path, content }) => [path, JSON.parse(content)])).toEqual([
    ['/s/sentinel.json', { name: 'citusap', runtime: 'local', local: { network: 'loopback' } }],
  ]);
});

it('in a container it is the init, which the engine starts again', () => {
  const { command } = renderSentinelMember({ ...input, site: docker }, member);
  expect(command.slice(0, 1)).toEqual(['node']);
  expect(command.slice(-4)).toEqual(['sentinel', '--json', '-c', '/etc/citus-ha/sentinel.json']);
});

it('a sentinel is refused where nothing can run one', () => {
  expect(() => renderSentinelMember({ ...input, site }, member)).toThrow('cannot have a sentinel');
});
