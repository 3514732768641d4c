import { cpSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

// Files that our packages read beside their dist, as the bundle does beside its folder.
const shipped = ['citus-standin/sql', 'member-agent/python', 'runtime-docker/docker'];

// All of ours in few files: loading several hundred takes longer than most commands, and what is outside as well would be
// there twice. Outside is only what has files or native parts of its own.
export default {
  input: 'dist/main.js',
  platform: 'node',
  external: Object.keys(dependencies),
  output: { dir: 'dist/bundle', format: 'esm', cleanDir: true },
  plugins: [
    {
      name: 'shipped-files',
      writeBundle() {
        for (const folder of shipped) rmSync(`dist/${basename(folder)}`, { recursive: true, force: true });
        for (const folder of shipped) {
          cpSync(`../../packages/${folder}`, `dist/${basename(folder)}`, { recursive: true });
        }
      },
    },
  ],
};
