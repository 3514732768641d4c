import { execa } from 'execa';
import type { Account } from '@citus-ha/provision-debian';
import { boundLogScript } from './bound-log.js';
import { networkCommand, type MemberNetwork } from './member-network.js';

/** How members are kept apart: by root's namespaces, by a user namespace, or not at all. */
export type Isolation = 'root' | 'user' | 'none';

/** What this machine permits, found by trying. */
export async function probeIsolation(): Promise<Isolation> {
  const isolation = process.getuid?.() === 0 ? 'root' : 'user';
  const [file = 'false', ...args] = namespaceCommand(isolation);
  const tried = await execa(file, [...args, 'mount', '-t', 'proc', 'proc', '/proc'], {
    reject: false,
    stdio: 'ignore',
  });
  return tried.exitCode === 0 ? isolation : 'none';
}

/**
 * The command that runs a member under its keeper: holds the member's lock (flock is the kernel's, so a second start
 * cannot happen however the first ended), collects its output and writes down its exit code.
 */
export function startCommand(options: {
  readonly isolation: Isolation;
  readonly account: Account;
  readonly folder: string;
  readonly hostsFile: string;
  /** One of its own, where the cluster has such; this machine's else. */
  readonly network: MemberNetwork | undefined;
  readonly command: readonly string[];
}): readonly string[] {
  const { isolation, account, folder, hostsFile, network, command } = options;
  const mounts = isolation === 'none' ? '' : mountScript;
  const init = ['sh', '-c', `${lifeScript}${mounts}${writeScript}exec "$@"`, 'init', folder, hostsFile];
  return [
    'bash',
    '-c',
    superviseScript,
    'citus-ha-member',
    folder,
    ...networkCommand(network),
    ...namespaceCommand(isolation),
    ...init,
    ...userCommand(isolation, account),
    ...command,
  ];
}

/** The command that runs another one beside a member's init, as its user. */
export function execCommand(options: {
  readonly isolation: Isolation;
  readonly account: Account;
  readonly pid: number;
  readonly cwd: string;
  readonly command: readonly string[];
}): readonly string[] {
  const { isolation, account, pid, cwd, command } = options;
  return [...enterCommand(isolation, pid), 'env', '-C', cwd, ...userCommand(isolation, account), ...command];
}

/** Exit code of the keeper when another one holds the member already. */
export const heldByAnother = 75;

const superviseScript = `
dir=$1; shift
exec 9>>"$dir/lock" || exit 74
flock -n 9 || exit ${heldByAnother}
mask=$(umask)
umask 077
exec >>"$dir/log" 2>&1 && chmod 600 "$dir/log" || exit 74
${boundLogScript({ maxBytes: 16 * 1024 * 1024, everySeconds: 20 })}
umask "$mask"
rm -f "$dir/exit"
find "$dir/run" -mindepth 1 -delete
read -r supervisor </proc/self/stat
kept_in=$(readlink /proc/$$/ns/pid) || exit 74
export supervisor kept_in
exec 8>&2 2>/dev/null
"$@" 7>&-
code=$?
echo $code >"$dir/exit"
exit $code
`;

/** Takes errors to the log again, from which complaints of a killed child are kept; reads the outer /proc, where the init sees itself as this machine does. */
const lifeScript = `
exec 2>&8 8>&-
dir=$1 hosts=$2; shift 2
read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/self/stat
namespace=$(readlink /proc/self/ns/pid)
`;

const mountScript = `
mount -t proc proc /proc && mount --bind "$hosts" /etc/hosts || exit 74
`;

/** Last, since whoever finds it may enter. */
const writeScript = `
printf '%s\\n' "$boot" "$stat" "$supervisor" "$namespace" "$kept_in" >"$dir/life.new" && mv "$dir/life.new" "$dir/life" || exit 74
unset supervisor kept_in
`;

function namespaceCommand(isolation: Isolation): readonly string[] {
  if (isolation === 'none') return [];
  const user = isolation === 'user' ? ['--user', '--map-current-user', '--keep-caps'] : [];
  return ['unshare', ...user, '--mount', '--pid', '--fork', '--kill-child'];
}

function enterCommand(isolation: Isolation, pid: number): readonly string[] {
  if (isolation === 'none') return [];
  const own = isolation === 'user' ? ['--user', '--preserve-credentials'] : ['--net'];
  return ['nsenter', '--target', `${pid}`, ...own, '--mount', '--pid'];
}

/** Drops root and every capability; the death signal is set last, since a change of user clears it. */
function userCommand(isolation: Isolation, account: Account): readonly string[] {
  const user = account.other ? [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups'] : [];
  const capabilities = isolation === 'user' ? ['--ambient-caps=-all', '--inh-caps=-all'] : [];
  const death = isolation === 'none' ? [] : ['--pdeathsig=SIGKILL'];
  const options = [...user, ...capabilities, ...death];
  return options.length === 0 ? [] : ['setpriv', ...options, '--'];
}
