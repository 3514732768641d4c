import { expect, test } from 'vitest';
import { imageName, renderedImages } from './image-names.js';

const file = (path: string, content = path) => ({ path, content, mode: 0o644 });
const files = [file('member/Dockerfile'), file('member/entrypoint.sh'), file('etcd/Dockerfile')];
const named = (base: string, postgres: number) => renderedImages(base, postgres, files, { poolers: false });
const source = { base: 'sha256:1', args: { POSTGRES_VERSION: '17' }, files };
const name = imageName('member', source);

test('an image of another base, of other arguments or of other files has another name', () => {
  const others = [
    imageName('member', { ...source, base: 'sha256:2' }),
    imageName('member', { ...source, args: { POSTGRES_VERSION: '16' } }),
    imageName('member', { ...source, files: [file('member/Dockerfile', 'changed'), ...files.slice(1)] }),
    imageName('etcd', source),
  ];
  expect(new Set([name, ...others]).size).toBe(5);
  expect(name).toMatch(/^citus-ha\/member:[0-9a-f]{12}$/);
});

test('its name does not depend on the order of files, nor on those of other images', () => {
  expect(imageName('member', { ...source, files: files.toReversed() })).toBe(name);
  expect(imageName('member', { ...source, files: files.slice(0, 2) })).toBe(name);
});

test('a rendered folder names other images for another base and another PostgreSQL', () => {
  const all = [named('a', 17), named('b', 17), named('a', 16)];
  expect(new Set(all.map(({ member }) => member)).size).toBe(3);
  expect(new Set(all.map(({ etcd }) => etcd)).size).toBe(2);
});

test('a rendered folder names an image of poolers where it has any', () => {
  expect(renderedImages('a', 17, files, { poolers: false })).not.toHaveProperty('pooler');
  expect(renderedImages('a', 17, files, { poolers: true }).pooler).toMatch(/^citus-ha\/pooler:/);
});
