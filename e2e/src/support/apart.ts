import { access, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Apart {
  /** What runs a command there. */
  readonly within: readonly string[];
  dispose(): Promise<void>;
}

/**
 * Runs a command in a network namespace of its own: the engine's socket, which is a file, is all that it reaches. On its PATH
 * are only these programs, and none of what only Linux has.
 */
export async function apart(...programs: readonly string[]): Promise<Apart> {
  const folder = await mkdtemp(join(tmpdir(), 'citus-ha-path-'));
  for (const name of programs) await symlink(await find(name), join(folder, name));
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = 'ip link set lo up && PATH="$0" exec "$@"';
  return {
    within: ['unshare', ...asRoot, '--net', 'sh', '-c', script, folder],
    dispose: () => rm(folder, { recursive: true }),
  };
}

async function find(name: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`${name} is not on the PATH`);
}
