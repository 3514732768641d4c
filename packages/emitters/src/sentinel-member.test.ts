import { defaultClusterSpec } from '@citus-ha/config';
import { dockerSite, type MemberSite, type Site } from '@citus-ha/layout';
import { expect, it } from 'vitest';
import { renderSentinelMember } from './sentinel-member.js';

const spec = defaultClusterSpec();
const member = { name: 'sentinel', kind: 'sentinel' } as const;
const { members, ...docker } = dockerSite(spec);
const place = { ...members['etcd'], configFile: '/s/sentinel.json' } as MemberSite;
const site: Site = { ...docker, runtime: 'local', members: { sentinel: place } };
const input = { spec, engine: 'citus', secrets: { superuser: 'hidden', replication: 'hidden' } } as const;

it('a sentinel is told which cluster it attends, and no secret', () => {
  const programs = { ...site.programs, sentinel: ['/usr/bin/node', '/opt/citus-ha/main.js'] };
  const { command, files } = renderSentinelMember({ ...input, site: { ...site, programs } }, member);
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

it('a sentinel is refused where nothing can run one', () => {
  expect(() => renderSentinelMember({ ...input, site }, member)).toThrow('cannot have a sentinel');
});
