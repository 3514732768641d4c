import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultClusterSpec } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { expect, test } from 'vitest';
import { localSite } from './testing/local-site.js';
import { transactionRecovery } from './transaction-recovery.js';

test('what psql says is told once, of the socket in a folder of any name', async () => {
  const folder = mkdtempSync(join(tmpdir(), `it's "a" \\ #place-`));
  let asked = 0;
  const leading = createServer((_, answer) => {
    asked += 1;
    answer.end();
  });
  leading.listen(8008, '127.0.47.2');
  const spec = { ...defaultClusterSpec(), coordinators: { count: 1 } };
  const versions = { postgres: 15, patroni: '4.0.7', etcd: '3.5', haproxy: '3.0' };
  const options = { block: '127.0.47', folder, patroni: [], versions, proxyListen: '127.0.47.9', namesResolve: false };
  const site = localSite(spec, options);
  const programs = { ...site.programs, postgresBinDir: '/usr/bin' };
  const secrets = { superuser: 'a', replication: 'b' };
  const coordinator = { name: 'coord-1', kind: 'coordinator', group: 0 } as const;
  const recovery = transactionRecovery({ spec, site: { ...site, programs }, secrets, engine: 'citus' }, coordinator);
  if (!recovery) throw new Error('a coordinator of Citus recovers transactions');
  mkdirSync(dirname(recovery.file.path), { recursive: true });
  writeFileSync(recovery.file.path, recovery.file.content);
  const callback = spawn('sh', ['-c', `exec ${recovery.command} on_start primary scope`]);
  let said = '';
  callback.stderr.on('data', (text: Buffer) => (said += text.toString()));
  try {
    await waitFor({ what: 'the third attempt', timeoutMs: 20_000, lastSeen: () => said, probe: () => asked >= 3 });
    expect(said.split(`on socket "${folder}/coord-1/run/.s.PGSQL.5432" failed`)).toHaveLength(2);
  } finally {
    callback.kill();
    await once(callback, 'exit');
    leading.close();
    rmSync(folder, { recursive: true });
  }
});
