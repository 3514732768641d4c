import { expect, it } from 'vitest';
import { spaceFindings } from './etcd-space-findings.js';

const endpoint = { url: '', member: 'etcd-1' };
const mb = 1024 * 1024;

it('says how much of its quota each member of etcd takes, and what to do from four fifths on', () => {
  expect(spaceFindings([{ endpoint, sizeBytes: 3 * mb, usedBytes: mb }])).toEqual([
    { check: 'etcd-1 space', level: 'ok', detail: '3 MB of 512 MB, 1 MB of it in use' },
  ]);
  expect(spaceFindings([{ endpoint, sizeBytes: 450 * mb, usedBytes: null }])).toMatchObject([
    { level: 'note', detail: '450 MB of 512 MB', fix: expect.stringContaining('`citus-ha up`') as string },
  ]);
});

it('says nothing of a member that does not answer', () => {
  expect(spaceFindings([{ endpoint, sizeBytes: null, usedBytes: null }])).toEqual([]);
});
