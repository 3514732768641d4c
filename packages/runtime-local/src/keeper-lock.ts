import { execa } from 'execa';
import type { MemberFolder } from './member-folder.js';

const conflict = 75;

/**
 * Whether the lock of a member's keeper is free: then neither that keeper nor the init that inherited it lives, in whatever
 * PID namespace they were. `undefined` where the kernel cannot be asked. Whoever starts the member meanwhile is in its way.
 */
export async function isKeeperGone({ lock }: MemberFolder): Promise<boolean | undefined> {
  const args = ['--shared', '--nonblock', '--conflict-exit-code', `${conflict}`, lock, 'true'];
  const { exitCode } = await execa('flock', args, { reject: false, stdio: 'ignore' });
  return exitCode === 0 ? true : exitCode === conflict ? false : undefined;
}
