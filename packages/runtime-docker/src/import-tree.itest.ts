import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '@citus-ha/core';
import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngineClient, pingEngine } from './engine.js';
import { importTree } from './import-tree.js';

const engine: Docker = await createEngineClient();
const absent = await pingEngine(engine).then(() => undefined, messageOf);

describe.skipIf(absent !== undefined)(`with an engine${absent === undefined ? '' : ` (${absent})`}`, () => {
  let tree: string;
  beforeEach(async () => {
    tree = await mkdtemp(join(tmpdir(), 'citus-ha-tree-'));
    await writeFile(join(tree, 'more-than-a-pipe-holds'), Buffer.alloc(8_000_000));
  });
  afterEach(() => rm(tree, { recursive: true }));

  it('makes an image of a folder', async () => {
    const image = engine.getImage('citus-ha/import-tree:1');
    await importTree(engine, tree, 'citus-ha/import-tree:1', undefined);
    expect((await image.inspect()).Size).toBeGreaterThanOrEqual(8_000_000);
    await image.remove();
  });

  it(
    'fails with what the engine says of one that it does not take, and leaves no tar behind',
    { repeats: 8 },
    async () => {
      await expect(importTree(engine, tree, 'No/Name:1', undefined)).rejects.toThrow('must be lowercase');
      expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
    },
  );
});
