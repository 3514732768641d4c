import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCluster, type TestCluster } from './support/test-cluster.js';

describe('the command line where no cluster is', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createTestCluster('e2e-absent');
  });
  afterAll(() => cluster.destroy());

  it('writes a commented cluster.yaml, never over another one, and checks it', async () => {
    const file = join(cluster.cwd, 'new.yaml');
    await cluster.run('init', 'shop', '-c', file);
    expect(JSON.parse(await cluster.run('validate', file, '--json'))).toMatchObject({ file, spec: { name: 'shop' } });
    expect(await cluster.try('init', '-c', file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('FILE_EXISTS') as string,
    });
    expect((await cluster.try('init', '-c', join(cluster.cwd, 'nowhere', 'new.yaml'))).exitCode).toBe(2);
    await writeFile(file, 'etcd: { count: 2 }\n');
    expect(await cluster.try('validate', file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('new.yaml:1:9 etcd.count') as string,
    });
  });

  it('prints completion for every shell, and its version', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect(await cluster.run('completion', shell)).toContain('switchover');
    await execa('bash', ['-n'], { input: await cluster.run('completion', 'bash') });
    expect(await cluster.run('version')).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('says that there is no cluster', async () => {
    expect(await cluster.try('status')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('CLUSTER_ABSENT') as string,
    });
  });
});
