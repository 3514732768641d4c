import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// One file instead of several hundred: loading those takes longer than most commands. What stays outside is what holds
// files of its own, and what both sides must share.
export default {
  input: 'dist/main.js',
  platform: 'node',
  external: Object.keys(dependencies),
  output: { dir: 'dist/bundle', format: 'esm', cleanDir: true },
};
