import { describe, expect, it } from 'vitest';
import { requireTaken } from './takes-password.js';

const attempt = (tried: readonly { member: string; code?: string }[]) =>
  requireTaken('citusap', 'new', () => Promise.resolve(tried));

describe('another password of the superuser', () => {
  it('is taken over where every server takes it already', async () => {
    await expect(attempt([{ member: 'coord-1' }, { member: 'worker1' }])).resolves.toBeUndefined();
  });

  it.each([
    ['refused it', [{ member: 'coord-1' }, { member: 'worker1', code: 'AUTH_FAILED' }], 'worker1 refused it'],
    ['did not answer', [{ member: 'coord-1', code: 'CONNECT_REFUSED' }], 'coord-1 did not answer'],
    ['could not be asked', [], 'is not the one'],
  ])('is refused where a server %s', async (_, tried, message) => {
    await expect(attempt(tried)).rejects.toMatchObject({
      code: 'PASSWORD_CHANGED',
      message: expect.stringContaining(message) as string,
    });
  });
});
