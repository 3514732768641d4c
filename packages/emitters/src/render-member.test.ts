import { databaseMembers, defaultClusterSpec, membersOf, type ClusterSpec } from '@citus-ha/config';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { dockerSite } from '@citus-ha/layout';
import { dynamicConfiguration } from './dynamic-configuration.js';
import { renderFolder } from './render-folder.js';
import { renderMember } from './render-member.js';
import type { RenderInput } from './rendering.js';
import { imageSet } from './testing/image-set.js';

const base = defaultClusterSpec();
const password = fc.oneof(
  fc.stringMatching(/^[!-~]{8,40}$/),
  fc.constantFrom('on-and-on', '54:32:10', '0123456789', '1_000_000', 'a: b #c', "it's \\ : *&!|>%@`", '~~~~~~~~'),
);
const setting = fc.oneof(fc.constantFrom('on', 'off', 'no', '1e3', '08', '1:30', 'a, "b"'), fc.integer(), fc.boolean());

const spec: fc.Arbitrary<ClusterSpec> = fc
  .record({
    coordinators: fc.integer({ min: 1, max: 5 }),
    workers: fc.integer({ min: 1, max: 3 }),
    etcd: fc.constantFrom(1, 3, 5),
    proxies: fc.integer({ min: 1, max: 2 }),
    durability: fc.constantFrom('synchronous', 'strict', 'async'),
    superuser: fc.constantFrom('postgres', 'yes', 'null', 'admin-1'),
    parameters: fc.dictionary(fc.constantFrom('work_mem', 'log_statement', 'my.setting', 'search_path'), setting),
  })
  .map((drawn) => ({
    ...base,
    durability: drawn.durability,
    coordinators: { count: drawn.coordinators },
    workers: { ...base.workers, count: drawn.workers },
    etcd: { count: drawn.etcd },
    proxy: { ...base.proxy, count: drawn.proxies },
    credentials: { ...base.credentials, superuser: drawn.superuser },
    postgres: { ...base.postgres, parameters: drawn.parameters },
  }));

const input: fc.Arbitrary<RenderInput> = fc
  .record({
    spec,
    secrets: fc.record({ superuser: password, replication: password }),
    engine: fc.constantFrom('citus', 'standin'),
  })
  .map((drawn) => ({ ...drawn, site: dockerSite(drawn.spec), imageSet }));

test('what Patroni and etcd read by YAML 1.1 is what was meant, and the same by YAML 1.2', () => {
  fc.assert(
    fc.property(input, (drawn) => {
      const read = readYaml(drawn, '1.1');
      expect(read).toEqual(readYaml(drawn, '1.2'));
      for (const member of databaseMembers(drawn.spec)) {
        const { superuser, replication } = drawn.spec.credentials;
        expect(read[`${member.name}/patroni.yml`]).toMatchObject({
          name: member.name,
          bootstrap: { dcs: dynamicConfiguration(drawn, member) },
          postgresql: {
            authentication: {
              superuser: { username: superuser, password: drawn.secrets.superuser },
              replication: { username: replication, password: drawn.secrets.replication },
            },
          },
        });
      }
    }),
    { numRuns: 20 },
  );
});

test('passwords are in files of mode 0600 only: in no other file, command line or environment', () => {
  fc.assert(
    fc.property(input, (drawn) => {
      const marked = {
        ...drawn,
        secrets: { superuser: `s3cret-${drawn.secrets.superuser}`, replication: 's3cret-too' },
      };
      const leaks = renderFolder(marked).filter(({ content, mode }) => mode !== 0o600 && content.includes('s3cret-'));
      expect(leaks).toEqual([]);
      for (const member of membersOf(marked.spec)) {
        const { command, env } = renderMember(marked, member);
        expect(JSON.stringify({ command, env })).not.toContain('s3cret-');
      }
    }),
    { numRuns: 20 },
  );
});

test('a member the site has no place for is refused by name', () => {
  const site = { ...dockerSite(base), members: {} };
  const render = () =>
    renderMember(
      { spec: base, site, secrets: { superuser: 'a', replication: 'b' }, engine: 'citus' },
      { name: 'etcd', kind: 'etcd' },
    );
  expect(render).toThrow(expect.objectContaining({ code: 'MEMBER_NOT_PLACED', member: 'etcd' }));
});

function readYaml(drawn: RenderInput, version: '1.1' | '1.2'): Readonly<Record<string, unknown>> {
  const yaml = renderFolder(drawn).filter(({ path }) => /\.ya?ml$/.test(path));
  return Object.fromEntries(yaml.map(({ path, content }) => [path, parse(content, { version }) as unknown]));
}
