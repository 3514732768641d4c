import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the program is that a sentinel's image is made with: built and shipped beside this one. */
export const sentinelProgram = join(
  dirname(createRequire(import.meta.url).resolve('@citus-ha/cli/package.json')),
  'dist/sentinel',
);
