import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec } from '@citus-ha/config';
import { afterAll, expect, it } from 'vitest';
import { clusterFolder } from './cluster-folder.js';
import { prepareSite, type PrepareSiteOptions } from './prepare-site.js';

const home = mkdtempSync(join(tmpdir(), 'citus-ha-prepare-'));
afterAll(() => rmSync(home, { recursive: true }));

it('refuses an address that this machine does not have before anything is made', async () => {
  const { proxy, ...others } = defaultClusterSpec();
  // Of TEST-NET-3 (RFC 5737).
  const spec = { ...others, proxy: { ...proxy, bind: '203.0.113.99' } };
  const folder = clusterFolder(spec.name, home);
  const addresses = {} as PrepareSiteOptions['addresses'];
  const site = prepareSite({ request: { spec, install: false }, folder, addresses, isolation: 'none' });
  await expect(site).rejects.toMatchObject({ code: 'PORT_UNBINDABLE' });
  expect(existsSync(folder.path)).toBe(false);
});
