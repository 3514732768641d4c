import type { Fault } from './fault.js';
import { databaseTargets, each, inEachRunning, inMember, namesOf } from './members.js';

/**
 * Needs no disk to be filled that others use as well: no file can grow beyond RLIMIT_FSIZE (setrlimit(2)), whose soft limit
 * a member's own user can lower and raise again.
 */
export const fullDisk: Fault = {
  name: 'full-disk',
  description: 'no write of the member to a file succeeds, as on a disk that is full',
  needs: ['isolation'],
  targets: databaseTargets,
  deposes: false,
  inject: ({ cluster, members }) => each(members, ({ name }) => inMember(cluster, name, limitFiles('0'))),
  heal: (context) => inEachRunning(context, limitFiles('$(prlimit --pid $pid --fsize --output HARD --noheadings)')),
  evidence: async ({ cluster, members }) => {
    const limit = 'prlimit --pid 1 --fsize --output SOFT --noheadings';
    const limits = await Promise.all(members.map(({ name }) => inMember(cluster, name, limit)));
    return limits.every((soft) => Number(soft) === 0) ? `${namesOf(members)} can write no file` : undefined;
  },
};

export const cpuHog: Fault = {
  name: 'cpu-hog',
  description: 'beside the member, as its user, every processor of the machine is kept busy, for ten minutes at most',
  needs: ['isolation'],
  targets: databaseTargets,
  deposes: false,
  inject: ({ cluster, members }) => each(members, ({ name }) => inMember(cluster, name, startHogs)),
  heal: (context) => inEachRunning(context, `for pid in $(${findHogs}); do kill -9 $pid 2>/dev/null; done; true`),
  evidence: async ({ cluster, members }) => {
    const found = await Promise.all(members.map(({ name }) => inMember(cluster, name, findHogs)));
    return found.every((pids) => pids !== '') ? `busy loops beside ${namesOf(members)}` : undefined;
  },
};

const startHogs = `
for processor in $(seq $(nproc)); do
  timeout 600 sh -c 'while :; do :; done' citus-ha-hog </dev/null >/dev/null 2>&1 &
done`;

/** The brackets keep the search itself from being found. */
const findHogs = "grep -ls '[c]itus-ha-hog' /proc/[0-9]*/cmdline | cut -d / -f 3";

/** Of every process of the member's user; twice, since they fork meanwhile. */
function limitFiles(soft: string): string {
  return `
for round in 1 2; do
  for process in /proc/[0-9]*; do
    pid=\${process#/proc/}
    [ -O $process ] && [ $pid != $$ ] || continue
    prlimit --pid $pid --fsize=${soft}: || [ ! -d $process ] || exit 1
  done
done`;
}
