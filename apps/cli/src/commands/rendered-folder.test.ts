import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { createRecord, dockerSite } from '@citus-ha/layout';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keptRecord } from './rendered-folder.js';

const base = defaultClusterSpec('first');
const made = { engine: 'citus', secrets: { superuser: 'given', replication: 'made', etcd: 'made too' } } as const;
const record = createRecord(made, base);

const refusal = (code: string) => expect.objectContaining({ code, blame: 'user' }) as Error;

describe('a folder that is to be rendered into', () => {
  let folder: string;
  const kept = (spec: ClusterSpec = base) => keptRecord(folder, spec, dockerSite(spec));
  const keep = (text: string) => writeFile(join(folder, 'citus-ha/cluster.json'), text);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citus-ha-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it.each(['.env', 'compose.yaml'])("is refused where it holds a %s that is the user's", async (file) => {
    expect(await kept()).toBeUndefined();
    await writeFile(join(folder, file), 'SECRET=1\n');
    await expect(kept()).rejects.toThrow(refusal('OUTPUT_TAKEN'));
  });

  describe('and was rendered before', () => {
    beforeEach(async () => {
      await mkdir(join(folder, 'citus-ha'));
      await keep(JSON.stringify(record));
    });

    it('keeps its passwords', async () => {
      expect(await kept()).toMatchObject(record);
    });

    it('is of one cluster: one engine, one password, one name', async () => {
      vi.stubEnv('NEW_PASSWORD', 'another');
      const password = { from: 'env', name: 'NEW_PASSWORD' } as const;
      await expect(kept({ ...base, engine: 'standin' })).rejects.toThrow(refusal('ENGINE_CHANGED'));
      await expect(kept({ ...base, credentials: { ...base.credentials, password } })).rejects.toThrow(
        refusal('PASSWORD_CHANGED'),
      );
      await expect(kept({ ...base, name: 'other' })).rejects.toThrow(refusal('NAME_CHANGED'));
    });

    it('is recognized as well where an earlier version did so, which named its cluster to Compose alone', async () => {
      await keep(JSON.stringify(made));
      await writeFile(join(folder, '.env'), 'COMPOSE_PROJECT_NAME=first\n');
      expect(await kept()).toMatchObject(made);
      await expect(kept({ ...base, name: 'other' })).rejects.toThrow(refusal('NAME_CHANGED'));
    });

    it('is left alone where a newer version did so', async () => {
      await keep(JSON.stringify({ ...record, version: 3 }));
      await expect(kept()).rejects.toThrow(refusal('RECORD_NEWER'));
    });

    it.each(['{}', 'null', '{"engine"'])('is refused where its record is %s', async (text) => {
      await keep(text);
      await expect(kept()).rejects.toThrow(expect.objectContaining({ code: 'STATE_UNREADABLE' }) as Error);
    });
  });
});
