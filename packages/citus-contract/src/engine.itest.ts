import { join } from 'node:path';
import { describe } from 'vitest';
import { citusEngine } from '@citus-ha/citus';
import { engineContract, findPostgresBinDir, hasCitusFiles } from './index.js';

const postgresBinDir = (await findPostgresBinDir()) ?? 'a PostgreSQL that is not installed';

describe.skipIf(!(await hasCitusFiles(postgresBinDir)))(`Citus, where ${postgresBinDir} has it`, () => {
  engineContract({
    name: 'Citus',
    engine: citusEngine,
    postgresBinDir,
    preload: ['citus', 'pg_stat_statements'],
    golden: join(import.meta.dirname, '../golden/citus-13.2.2'),
  });
});
