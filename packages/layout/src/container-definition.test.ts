import { expect, test } from 'vitest';
import { containerDefinition } from './container-definition.js';

const images = { member: 'member:1', etcd: 'etcd:1', proxy: 'proxy:1' };
const proxy = { kind: 'proxy', command: ['haproxy'], env: {}, ports: { write: 5000 } } as const;
const definitionOn = (bind: string) => containerDefinition(proxy, { images, bind });

test('ports that are published elsewhere make another container', () => {
  expect(definitionOn('127.0.0.1')).not.toEqual(definitionOn('0.0.0.0'));
});

test('members that publish none stay as they are', () => {
  const worker = { ...proxy, kind: 'worker', group: 1 } as const;
  const on = (bind: string) => containerDefinition(worker, { images, bind });
  expect(on('127.0.0.1')).toEqual(on('0.0.0.0'));
  expect(on('0.0.0.0')).toMatchObject({ image: 'member:1', group: 1 });
});
