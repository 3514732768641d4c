import type { RenderedFile } from '@citus-ha/layout';

/** Files of an image set, as far as their names matter. */
export const imageSet: readonly RenderedFile[] = [
  { path: 'sentinel/Dockerfile', content: 'FROM scratch\n', mode: 0o644 },
];
