import { chmod, mkdir, rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CodedError } from '@citus-ha/core';
import type { Account } from '@citus-ha/provision-debian';
import { execa } from 'execa';

/** Where one cluster keeps everything. */
export interface ClusterFolder {
  /** Holds the folders of all clusters of this state home. */
  readonly home: string;
  readonly path: string;
  readonly state: string;
  readonly hosts: string;
  readonly store: string;
  readonly members: string;
}

export function clusterFolder(cluster: string, stateHome = defaultStateHome()): ClusterFolder {
  const home = join(stateHome, 'citus-ha');
  const path = join(home, cluster);
  return {
    home,
    path,
    state: join(path, 'state.json'),
    hosts: join(path, 'hosts'),
    store: join(path, 'store'),
    members: join(path, 'members'),
  };
}

/** The XDG base directory specification's, but /var/lib for root: members run as an ordinary user, who cannot enter root's home. */
function defaultStateHome(): string {
  const chosen = process.env['XDG_STATE_HOME'];
  if (chosen !== undefined && chosen.startsWith('/')) return chosen;
  return process.getuid?.() === 0 ? '/var/lib' : join(homedir(), '.local', 'state');
}

/**
 * Makes the folders, for members to pass through and only their keeper to list.
 *
 * @throws CodedError `STATE_UNREACHABLE` when the members' user cannot get there.
 */
export async function makeClusterFolder(folder: ClusterFolder, account: Account): Promise<void> {
  const passable = account.other ? 0o711 : 0o700;
  for (const path of [folder.home, folder.path, folder.members]) await makePassable(path, passable);
  await mkdir(folder.store, { recursive: true, mode: 0o700 });
  if (!account.other) return;
  const user = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--'];
  const entered = await execa('setpriv', [...user, 'test', '-x', folder.members], { reject: false });
  if (entered.exitCode === 0) return;
  throw new CodedError(
    'STATE_UNREACHABLE',
    `User "${account.name}", who runs the members, cannot enter ${folder.members}`,
    {
      blame: 'user',
      fix: `Set XDG_STATE_HOME to a folder that every user may pass through, unset it to use /var/lib/citus-ha, or give its parents chmod o+x.`,
    },
  );
}

/** Whatever the umask, parents that it makes too. */
async function makePassable(path: string, mode: number): Promise<void> {
  const first = (await mkdir(path, { recursive: true })) ?? path;
  for (let made = path; made.startsWith(first); made = dirname(made)) await chmod(made, mode);
}

/** Takes back what a first `prepare` has made: folders only where they are empty, so that no member's data can go with them. */
export async function unmakeClusterFolder({ home, path, state, hosts, store, members }: ClusterFolder): Promise<void> {
  for (const file of [state, hosts]) await rm(file, { force: true });
  for (const folder of [members, store, path, home]) await rmdir(folder).catch(() => undefined);
}
