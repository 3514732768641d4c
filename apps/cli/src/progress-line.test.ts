import { expect, it } from 'vitest';
import { progressLine } from './progress-line.js';

const node = { host: 'worker1', port: 5432 };
const attempts = ['citusdata/citus:latest cannot be pulled (no route)'];

it.each([
  [{ type: 'installing', packages: ['haproxy', 'etcd-server'] }, 'Installing haproxy, etcd-server'],
  [{ type: 'build-step', image: 'etcd', step: 3, of: 9 }, 'etcd image: step 3/9'],
  [
    { type: 'chosen-base', base: 'my/own:1', why: 'named', attempts: [] },
    "The members' image is built on my/own:1, as docker.baseImage says",
  ],
  [
    { type: 'chosen-base', base: 'debian:trixie-slim', why: 'no-citus', attempts },
    "The members' image is built on debian:trixie-slim, without Citus, so that the stand-in is what you get: citusdata/citus:latest cannot be pulled (no route). For Citus, load citusdata/citus into the engine, or name an image with it under docker.baseImage, first",
  ],
  [{ type: 'created', member: 'coord-1' }, 'created coord-1'],
  [{ type: 'configured', members: ['coord-1', 'coord-2'], toStart: false }, 'configured coord-1, coord-2'],
  [{ type: 'configured', members: ['worker1'], toStart: true }, 'configured worker1, to start again'],
  [{ type: 'bootstrap', step: { kind: 'addNode', node } }, 'register worker1:5432'],
  [
    {
      type: 'coordinators-wait',
      waits: [{ member: 'coord-2', waitsFor: ['coord-1'], why: 'it may be newer', stuck: false }],
    },
    'coord-2 waits for coord-1: it may be newer',
  ],
  [{ type: 'removed-data', members: ['worker1'] }, 'removed the data of worker1, and the passwords of the cluster'],
  [{ type: 'trial', number: 2, of: 5, fault: 'kill', target: 'leader' }, 'trial 2 of 5: kill leader'],
  [{ type: 'healing', interrupted: true }, 'interrupted: heal, and wait until the cluster is healthy'],
] as const)('tells %o', (event, line) => {
  expect(progressLine(event)).toBe(line);
});
