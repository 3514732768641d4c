import { join } from 'node:path';
import { engineContract, findPostgresBinDir } from '@citus-ha/citus-contract';
import { describe } from 'vitest';
import { standinEngine } from './standin-engine.js';

const postgresBinDir = await findPostgresBinDir();
const noLogical = 'it moves no shards by logical replication';

describe.skipIf(postgresBinDir === undefined)('The stand-in, where PostgreSQL is installed', () => {
  engineContract({
    name: 'the stand-in',
    engine: standinEngine,
    postgresBinDir: postgresBinDir ?? '',
    golden: join(import.meta.dirname, '../../citus-contract/golden/citus-13.2.2'),
    differs: {
      'distributes a table without holding off its writers': noLogical,
      'splits a shard online': noLogical,
      'moves a shard online': noLogical,
      'keeps a time series in partitions of distributed tables': 'it distributes no partitioned tables',
      'copies a whole table out, in any order':
        'PostgreSQL copies only the empty parent out; COPY (SELECT ...) TO has the rows',
    },
  });
});
