import { join } from 'node:path';
import { describe, it } from 'vitest';
import { engineContract, findPostgresBinDir, hasCitusFiles } from './contract/index.js';
import { citusEngine } from './engine.js';

const postgresBinDir = await findPostgresBinDir();

if (postgresBinDir !== undefined && (await hasCitusFiles(postgresBinDir))) {
  engineContract({
    name: 'Citus',
    engine: citusEngine,
    postgresBinDir,
    preload: ['citus', 'pg_stat_statements'],
    golden: join(import.meta.dirname, '../golden/citus-13.2.2'),
  });
} else {
  describe('The engine contract on Citus', () => {
    it.skip(`needs Citus, and ${postgresBinDir ?? 'PostgreSQL in /usr/lib/postgresql'} does not have it`);
  });
}
