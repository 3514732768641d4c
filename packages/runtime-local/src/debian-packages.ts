import { CodedError } from '@citus-ha/core';
import { execa } from 'execa';
import { withMachineLock } from './machine-lock.js';

/** What goes before a command that must be run by root: nothing as root, `sudo -n` where that asks no password, else `undefined`. */
export async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  const tried = await execa('sudo', ['-n', 'true'], { reject: false, stdio: 'ignore' });
  return tried.exitCode === 0 ? ['sudo', '-n'] : undefined;
}

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
  const command = [...prefix, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', 'update'];
  await execa(command[0] ?? '', command.slice(1), {
    reject: false,
    stdin: 'ignore',
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
}

/**
 * Installs Debian packages without starting their services or making PostgreSQL's "main" cluster. What suppresses these
 * is taken away again, also after a failure.
 *
 * @throws CodedError `INSTALL_FAILED` with what apt said last.
 */
export async function installPackages(
  prefix: readonly string[],
  packages: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await withMachineLock('packages', async () => {
    const [file = '', ...args] = [...prefix, 'sh', '-c', installScript, 'install', ...packages];
    const done = await execa(file, args, {
      reject: false,
      all: true,
      stdin: 'ignore',
      // An abort waits for dpkg to come to an end: killing it would leave packages half installed, and no one to tidy up.
      forceKillAfterDelay: false,
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (done.exitCode === 0) return;
    throw new CodedError('INSTALL_FAILED', `apt-get could not install ${packages.join(', ')}: ${lastLines(done.all)}`, {
      cause: done,
      fix: `Install them by hand and run the command again: apt-get install ${packages.join(' ')}.`,
    });
  });
}

/** policy-rc.d is Debian's way to forbid service starts (invoke-rc.d(8)); the drop-in is pg_createcluster(8)'s. */
const installScript = `
set -u
policy=/usr/sbin/policy-rc.d
dropins=/etc/postgresql-common/createcluster.d
mark='# citus-ha: while packages are installed'
restore() {
  if grep -qsF "$mark" "$policy"; then rm -f "$policy"; fi
  rm -f "$dropins/citus-ha.conf"
  rmdir --ignore-fail-on-non-empty "$dropins" 2>/dev/null
}
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e "$policy" ]; then printf '#!/bin/sh\\n%s\\nexit 101\\n' "$mark" >"$policy" && chmod 755 "$policy"; fi
mkdir -p "$dropins" && printf 'create_main_cluster = false\\n' >"$dropins/citus-ha.conf"
export DEBIAN_FRONTEND=noninteractive
install() { apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"; }
install "$@" || { apt-get -q -o DPkg::Lock::Timeout=300 update && install "$@"; }
`;

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-4).join('\n');
}
