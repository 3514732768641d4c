import { defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { possibleStrikes } from './soak.js';

it('what is left to chance hits every kind of member, and loses no acknowledged write', () => {
  const strikes = possibleStrikes({ spec: defaultClusterSpec() }, new Set(['isolation', 'pause'] as const));
  expect(strikes).toContainEqual({ fault: 'kill', target: 'leader' });
  expect(strikes).toContainEqual({ fault: 'kill', target: 'any-worker' });
  expect(strikes.map(({ fault }) => fault)).not.toContain('kill-ahead');
  expect(strikes.map(({ fault }) => fault)).not.toContain('partition-all');
  expect(strikes.map(({ fault }) => fault)).not.toContain('none');
});
