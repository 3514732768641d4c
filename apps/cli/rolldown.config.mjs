import { cpSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Files that our packages read beside their dist, as a bundle does beside its folder. */
function shipped(packages, target) {
  return {
    name: 'shipped-files',
    writeBundle() {
      for (const folder of packages) rmSync(`${target}/${basename(folder)}`, { recursive: true, force: true });
      for (const folder of packages) {
        cpSync(`../../packages/${folder}`, `${target}/${basename(folder)}`, { recursive: true });
      }
    },
  };
}

export default [
  // All of ours in few files: loading several hundred takes longer than most commands, and what is outside as well would be
  // there twice. Outside is only what has files or native parts of its own.
  {
    input: 'dist/main.js',
    platform: 'node',
    external: Object.keys(dependencies),
    output: { dir: 'dist/bundle', format: 'esm', cleanDir: true },
    plugins: [
      shipped(['citus-standin/sql', 'member-agent/lua', 'member-agent/python', 'runtime-docker/docker'], 'dist'),
    ],
  },
  // What the sentinel's image has instead of node_modules. ssh2 does without its native parts, and has none to use there.
  {
    input: 'dist/sentinel-program.js',
    platform: 'node',
    external: ['cpu-features', /\.node$/],
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    output: { file: 'dist/sentinel/bundle/citus-ha.mjs', format: 'esm', codeSplitting: false, minify: true },
    plugins: [shipped(['member-agent/lua', 'member-agent/python'], 'dist/sentinel')],
  },
];
