import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { databaseMembers } from '@citus-ha/config';
import { dockerSite } from '@citus-ha/layout';
import { renderFolder } from './render-folder.js';
import type { RenderInput } from './rendering.js';
import { exampleSpecs } from './testing/example-specs.js';
import { imageSet } from './testing/image-set.js';
import { localSite } from './testing/local-site.js';

const secrets = {
  superuser: 'fake-superuser-password',
  replication: 'fake-replication-password',
  etcd: 'fake-etcd-secret',
};
const certificates = {
  authority: pair('authority'),
  members: Object.fromEntries(
    exampleSpecs.flatMap(([, spec]) => databaseMembers(spec)).map(({ name }) => [name, pair(name)]),
  ),
};
const versions = { postgres: 15, patroni: '4.0.7', etcd: '3.4.23', haproxy: '2.6.12' };
const local = {
  block: '127.0.11',
  folder: '/state/citusap',
  patroni: ['patroni'],
  versions,
  proxyListen: '127.0.0.1',
  namesResolve: true,
};

describe.each(exampleSpecs)('the %s example', (example, spec) => {
  const inputs: Readonly<Record<string, RenderInput>> = {
    local: { spec, secrets, site: localSite(spec, local), engine: 'standin' },
    docker: {
      spec,
      secrets,
      certificates,
      site: dockerSite(spec),
      engine: 'citus',
      ...(spec.sentinel.enabled && { imageSet }),
    },
  };

  test.each(Object.entries(inputs))('renders to its golden files on %s, and to no others', async (runtime, input) => {
    const golden = new URL(`../golden/${example}/${runtime}/`, import.meta.url);
    // Programs are @citus-ha/member-agent's, and images @citus-ha/runtime-docker's, each with one copy.
    const files = renderFolder(input).filter(({ path }) => !/^images\/|\.(?:py|lua)$/.test(path));
    for (const { path, content } of files) await expect(content).toMatchFileSnapshot(new URL(path, golden).pathname);
    expect(filesBelow(golden)).toEqual(files.map(({ path }) => path).sort());
  });
});

function pair(owner: string) {
  return { certificate: `fake certificate of ${owner}\n`, key: `fake key of ${owner}\n` };
}

function filesBelow(folder: URL): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.pathname.length).replace(/^\//, ''))
    .sort();
}
