import type { Runtime } from '@citus-ha/runtime';
import type { Problem } from '../status/status.js';

const readLines = 200;
const recentMs = 60_000;

/** The last lines of a member's log that tell of its disk or its data, oldest first; none where it has no log, or not in time. */
export async function readAlarms(runtime: Runtime, member: string, timeoutMs: number): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    for await (const line of runtime.logs(member, { tail: readLines, signal })) lines.push(line);
  } catch {
    return [];
  }
  return alarmsAmong(lines);
}

/** A stack of Patroni's has no time of its own: its last line gets that of the line before the stack. */
export function alarmsAmong(lines: readonly string[]): readonly string[] {
  let time = '';
  return lines.flatMap((line) => {
    time = dated.exec(line)?.[0] ?? time;
    if (alarming.test(line)) return [line];
    return patronis.test(line) ? [`${time} ${line}`] : [];
  });
}

const dated = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\S*(?: UTC| GMT)?/;
/** ENOSPC, EDQUOT, EIO, EROFS. */
const patronis = /^OSError: \[Errno (?:28|122|5|30)\]/;

const alarming =
  /\bPANIC:|\b(?:FATAL|ERROR|WARNING):.*(?:no space left on device|disk quota exceeded|input\/output error|read-only file system|invalid page|page verification failed|control file|pg_control|could not (?:extend|fsync|write to) file)/i;

/**
 * What a member's disk or data does to it now: a server that dies of it and starts again is seen running by most looks, so
 * its log of the last minute counts.
 */
export function storageProblem(member: string, alarms: readonly string[], now: Date): Problem | undefined {
  const last = alarms.findLast((line) => isRecent(line, now));
  if (last === undefined) return undefined;
  const full = /no space left|quota exceeded/i.test(last);
  return {
    code: 'STORAGE_FAILING',
    member,
    message: `${member} ${full ? 'has no space left on its disk' : 'cannot use its data'}: ${last.replace(/^.*?(?=\b(?:[A-Z]+|OSError):)/, '')}`,
    fix: full
      ? 'Free some space where its data is: `citus-ha doctor` says how much is left.'
      : `See \`citus-ha doctor\` and \`citus-ha logs ${member}\`. Where another copy leads, this one can be copied anew: \`citus-ha reinit\`, for a worker \`citus-ha rebuild\`.`,
  };
}

/** Lines begin with the time, of UTC or of this machine. */
function isRecent(line: string, now: Date): boolean {
  const time = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\S*( UTC| GMT)?/.exec(line);
  if (!time) return false;
  const at = Date.parse(`${time[1]}T${time[2]}${time[3] ? 'Z' : ''}`);
  return now.getTime() - at < recentMs;
}
