import { afterEach, expect, it, vi } from 'vitest';
import { inEditor } from './config.js';

afterEach(() => vi.unstubAllEnvs());

it('what an editor leaves is taken, unless it ends with an error', async () => {
  vi.stubEnv('VISUAL', undefined);
  vi.stubEnv('EDITOR', "sed -i 's/10/20/'");
  expect(await inEditor({ ttl: 10 })).toEqual({ ttl: 20 });
  vi.stubEnv('EDITOR', 'false');
  await expect(inEditor({ ttl: 10 })).rejects.toMatchObject({ code: 'DECLINED', blame: 'user' });
});
