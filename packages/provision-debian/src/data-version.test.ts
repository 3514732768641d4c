import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkDataVersion, majorOfData } from './data-version.js';

const folder = mkdtempSync(join(tmpdir(), 'citus-ha-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

const etcd = { etcd: { dataDir: join(folder, 'etcd') }, haproxy: { dataDir: join(folder, 'none') } };
const members = { ...etcd, worker1: { dataDir: join(folder, 'worker1') } };
for (const { dataDir } of [members.etcd, members.worker1]) mkdirSync(dataDir);
writeFileSync(join(members.worker1.dataDir, 'PG_VERSION'), '15\n');

it('finds the version of data where there are any', async () => {
  expect(await majorOfData(members)).toBe(15);
  expect(await majorOfData(etcd)).toBeUndefined();
});

it('refuses data of another version, naming whose, and minds no data of other programs', async () => {
  await checkDataVersion(members, 15);
  await checkDataVersion(etcd, 17);
  await expect(checkDataVersion(members, 17)).rejects.toMatchObject({
    code: 'DATA_VERSION',
    member: 'worker1',
    message: 'worker1 has data of PostgreSQL 15, but PostgreSQL 17 would run it',
  });
});

it('does not take data that it cannot read for none', async () => {
  const broken = { worker2: { dataDir: join(members.worker1.dataDir, 'PG_VERSION') } };
  await expect(checkDataVersion(broken, 17)).rejects.toMatchObject({ code: 'DATA_UNREADABLE' });
});
