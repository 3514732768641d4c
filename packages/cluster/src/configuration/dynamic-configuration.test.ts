import { expect, it } from 'vitest';
import { withoutParameters } from './dynamic-configuration.js';
import { mergePatch } from '@citus-ha/core';
import { patchBetween } from './json-patch.js';

it('unsets the parameters that cluster.yaml has set before and no longer does', () => {
  const current = { ttl: 20, postgresql: { parameters: { work_mem: '9MB', jit: 'off', wal_sender_timeout: '60s' } } };
  const wanted = { ttl: 20, postgresql: { parameters: { wal_sender_timeout: '3s' } } };
  const target = mergePatch(withoutParameters(current, ['work_mem', 'wal_sender_timeout']), wanted);
  expect(patchBetween(current, target)).toEqual({
    postgresql: { parameters: { work_mem: null, wal_sender_timeout: '3s' } },
  });
});
