import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the program is that a sentinel's image is made with: built and shipped beside this one, but in that image itself. */
export function sentinelProgram(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('@citus-ha/cli/package.json');
    return join(dirname(manifest), 'dist/sentinel');
  } catch {
    return undefined;
  }
}
