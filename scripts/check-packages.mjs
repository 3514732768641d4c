// Packs every public package and checks what a user of the tarball would meet: its manifest, its types and its README.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = mkdtempSync(join(tmpdir(), 'citus-ha-pack-'));
const folders = ['packages', 'apps'].flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
const problems = [];

try {
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!existsSync(join(folder, 'README.md'))) problems.push(`${folder}: no README.md`);
    const packed = JSON.parse(
      execFileSync('pnpm', ['pack', '--json', '--pack-destination', out], { cwd: folder, encoding: 'utf8' }),
    );
    for (const check of [
      ['publint', 'run', packed.filename, '--strict'],
      ...(manifest.exports['.']
        ? [['attw', packed.filename, '--profile', 'esm-only', '--exclude-entrypoints', 'schema.json']]
        : []),
    ]) {
      const [command, ...args] = check;
      const { status, stdout, stderr } = spawnSync(command, args, {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: out },
      });
      if (status !== 0) problems.push(`${folder}: ${command}\n${stdout}${stderr}`);
    }
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${folders.length} packages are fit to publish`);
