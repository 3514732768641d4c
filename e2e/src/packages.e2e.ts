import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
interface PublicPackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

async function publicPackages(): Promise<readonly PublicPackage[]> {
  const folders = (
    await Promise.all(
      ['packages', 'apps'].map(async (parent) =>
        (await readdir(join(root, parent))).map((name) => join(root, parent, name)),
      ),
    )
  ).flat();
  return Promise.all(
    folders.map(async (folder) => ({
      folder,
      manifest: JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest,
    })),
  );
}

const packages = await publicPackages();
const nodeTypes = '@types/node@20';

describe('a package outside the workspace', () => {
  let tarballs: string;
  const tarballOf = new Map<string, string>();

  beforeAll(async () => {
    tarballs = await mkdtemp(join(tmpdir(), 'citus-ha-tarballs-'));
    for (const { folder, manifest } of packages) {
      const { stdout } = await execa('pnpm', ['pack', '--json', '--pack-destination', tarballs], { cwd: folder });
      tarballOf.set(manifest.name, (JSON.parse(stdout) as { filename: string }).filename);
    }
  });
  afterAll(() => rm(tarballs, { recursive: true, force: true }));

  it.each(packages.map(({ folder, manifest }) => [manifest.name, folder] as const))(
    '%s installs from its tarball, and its examples compile and run',
    async (name, folder) => {
      const project = await mkdtemp(join(tmpdir(), 'citus-ha-project-'));
      try {
        const readme = await readFile(join(folder, 'README.md'), 'utf8');
        const named = [...(/^npm install (?:--\S+ )?(.+)$/m.exec(readme)?.[1]?.split(' ') ?? [])];
        expect(named).toContain(name);
        const files = closure(named).map((one) => tarballOf.get(one) ?? one);
        await writeFile(join(project, 'package.json'), '{ "type": "module" }');
        await execa('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', nodeTypes, ...files], {
          cwd: project,
        });
        const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
        expect(examples).not.toEqual([]);
        // A suite is only listed: what it needs may not be here.
        const isSuite = named.includes('vitest');
        const file = join(project, isSuite ? 'example.test.ts' : 'example.ts');
        for (const example of examples) {
          await writeFile(file, example);
          expect(compile(file)).toEqual([]);
          // Native code, such as the renderer of pictures, is loaded only where it is used.
          const args = isSuite ? ['node_modules/vitest/vitest.mjs', 'list'] : ['--no-addons', 'example.js'];
          const { stdout } = await execa(process.execPath, args, { cwd: project });
          expect(stdout).not.toBe('');
        }
      } finally {
        await rm(project, { recursive: true, force: true });
      }
    },
  );

  it('the command line brings all of ours in its bundle, so that there is one copy of it', () => {
    expect(closure(['@citus-ha/cli'])).toEqual(['@citus-ha/cli']);
  });
});

/** Compiles a file as in a user's project that takes nothing on trust; answers what the compiler has against it. */
function compile(file: string): readonly string[] {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
    typeRoots: [join(dirname(file), 'node_modules/@types')],
    strict: true,
    noEmitOnError: true,
  });
  return [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics].map(({ file: where, messageText }) =>
    [where?.fileName, ts.flattenDiagnosticMessageText(messageText, '\n')].join(': '),
  );
}

/** The packages and all of ours that they need. */
function closure(names: readonly string[]): readonly string[] {
  const found = new Set(names);
  for (const name of found) {
    const manifest = packages.find((one) => one.manifest.name === name)?.manifest;
    for (const dependency of Object.keys(manifest?.dependencies ?? {}))
      if (dependency.startsWith('@citus-ha/')) found.add(dependency);
  }
  return [...found];
}
