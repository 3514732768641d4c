import { defaultClusterSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { refuseForeignBind } from './refuse-foreign-bind.js';

const bound = (bind: string) => {
  const { proxy, ...spec } = defaultClusterSpec();
  return { ...spec, proxy: { ...proxy, bind } };
};

// Of TEST-NET-3 and of the documentation prefix (RFC 5737, RFC 3849): no machine has them.
it.each([
  ['203.0.113.99', /127\.0\.0\.1.* or 0\.0\.0\.0 /],
  ['2001:db8::99', /or :: /],
])('refuses proxy.bind: %s, which this machine does not have, and lists what it may be', async (bind, choices) => {
  await expect(refuseForeignBind(bound(bind))).rejects.toMatchObject({
    code: 'PORT_UNBINDABLE',
    blame: 'user',
    message: expect.stringContaining(`proxy.bind: ${bind}`) as string,
    fix: expect.stringMatching(choices) as string,
  });
});

it.each(['127.0.0.1', '127.9.9.9', '0.0.0.0'])('takes %s', async (bind) => {
  await expect(refuseForeignBind(bound(bind))).resolves.toBeUndefined();
});
