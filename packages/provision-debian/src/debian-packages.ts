import { CodedError, withMachineLock } from '@citus-ha/core';
import { execa } from 'execa';

/** What goes before a command that must be run by root: nothing as root, `sudo -n` where that asks no password, else `undefined`. */
export async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  const tried = await execa('sudo', ['-n', 'true'], { reject: false, stdio: 'ignore' });
  return tried.exitCode === 0 ? ['sudo', '-n'] : undefined;
}

const aptOptions = ['-q', '-o', 'DPkg::Lock::Timeout=300'];

export async function hasApt(): Promise<boolean> {
  const tried = await execa('apt-get', ['--version'], { reject: false, stdio: 'ignore' });
  return tried.exitCode === 0;
}

/** Major version of a package that apt would install; `undefined` where it knows none. */
export async function candidateMajor(name: string): Promise<number | undefined> {
  const { stdout } = await execa('apt-cache', ['policy', name], { reject: false, env: { LC_ALL: 'C' } });
  const version = /Candidate: (?:\d+:)?(\d+)/.exec(stdout)?.[1];
  return version === undefined ? undefined : Number(version);
}

/** Lets apt look up what its sources have; a failure shows in what is done next. */
export async function updateLists(prefix: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  await aptGet(prefix, ['update'], signal);
}

/**
 * Installs Debian packages without starting their services or making PostgreSQL's "main" cluster. What suppresses these
 * is taken away again, also after a failure. An abort ends the download; once dpkg is at work it is waited for, and goes
 * on to its end where even this process is killed: packages half installed would be worse.
 *
 * @throws CodedError `INSTALL_FAILED` with what apt said last.
 */
export async function installPackages(
  prefix: readonly string[],
  packages: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await withMachineLock('packages', async () => {
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    const download = () => aptGet(prefix, [...install, '--download-only'], signal);
    if ((await download()).exitCode !== 0) {
      await updateLists(prefix, signal);
      await download();
    }
    const [file = '', ...args] = [...prefix, 'sh', '-c', installScript, 'install', ...aptOptions, ...install];
    const done = await execa(file, args, { reject: false, all: true, stdin: 'ignore', detached: true, cleanup: false });
    signal?.throwIfAborted();
    if (done.exitCode === 0) return;
    throw new CodedError('INSTALL_FAILED', `apt-get could not install ${packages.join(', ')}: ${lastLines(done.all)}`, {
      cause: done,
      fix: `Install them by hand and run the command again: apt-get install ${packages.join(' ')}.`,
    });
  });
}

/** Ends when aborted, as no command may that runs dpkg. */
async function aptGet(prefix: readonly string[], args: readonly string[], signal: AbortSignal | undefined) {
  const [file = '', ...rest] = [...prefix, 'apt-get', ...aptOptions, ...args];
  const done = await execa(file, rest, { reject: false, stdin: 'ignore', ...(signal && { cancelSignal: signal }) });
  signal?.throwIfAborted();
  return done;
}

/**
 * policy-rc.d is Debian's way to forbid service starts (invoke-rc.d(8)); the drop-in is pg_createcluster(8)'s. Its output
 * goes through a file: apt would end at once where the reader of a pipe is gone.
 */
const installScript = `
set -u
policy=/usr/sbin/policy-rc.d
dropins=/etc/postgresql-common/createcluster.d
mark='# citus-ha: while packages are installed'
log=$(mktemp) || exit
exec 3>&1 >"$log" 2>&1
restore() {
  if grep -qsF "$mark" "$policy"; then rm -f "$policy"; fi
  rm -f "$dropins/citus-ha.conf"
  rmdir --ignore-fail-on-non-empty "$dropins" 2>/dev/null
  cat "$log" >&3
  rm -f "$log"
}
trap restore EXIT
trap '' INT TERM HUP
if [ ! -e "$policy" ]; then printf '#!/bin/sh\\n%s\\nexit 101\\n' "$mark" >"$policy" && chmod 755 "$policy"; fi
mkdir -p "$dropins" && printf 'create_main_cluster = false\\n' >"$dropins/citus-ha.conf"
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
apt-get "$@"
`;

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-4).join('\n');
}
