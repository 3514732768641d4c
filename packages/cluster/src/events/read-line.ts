import type { MemberKind } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';
import type { TimelineEvent } from './timeline-event.js';

/** Takes an event from a line of the log of a member; `undefined` where there is none in it. */
export type ReadLine = (line: string, member: string) => TimelineEvent | undefined;

/** How logs of members of a kind are read; `undefined` for those that tell nothing of the cluster. */
export function readerOf(
  kind: MemberKind,
  { runtime }: Pick<Site, 'runtime'>,
  sentinel: ReadLine,
): ReadLine | undefined {
  if (kind === 'sentinel') return sentinel;
  if (kind === 'proxy') return readHaproxy;
  if (kind === 'coordinator' || kind === 'worker') return runtime === 'docker' ? readPatroni('Z') : readPatroni('');
  return undefined;
}

/** Of what Patroni logs, where roles change (patroni.ha, patroni.postgresql). */
const changes =
  /^(promoted self to|acquired session lock as a leader|demot|released leader key|Lost leader lock|lost leader lock|failed to start postgres|running pg_rewind|starting as a secondary|bootstrap|initialized a new cluster|following a different leader|starting after demotion)/;

/** Python's logging writes local time, without saying which: that of this machine, or `zone`. */
function readPatroni(zone: '' | 'Z'): ReadLine {
  return (line, member) => {
    const [, day, time, ms, text = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) [A-Z]+: (.*)$/.exec(line) ?? [];
    if (day === undefined || !changes.test(text) || text.endsWith(' in progress')) return undefined;
    return { at: new Date(`${day}T${time}.${ms}${zone}`), source: 'patroni', member, text, evidence: line };
  };
}

/** What the `log` of haproxy.cfg says of servers; whether one is chosen by hand is told as well. */
const readHaproxy: ReadLine = (line, member) => {
  const [, at, text = ''] = /^(\d{4}-\d\d-\d\dT\S+) ((?:Server|Backup Server|proxy) \S+ .*)$/.exec(line) ?? [];
  if (at === undefined) return undefined;
  return {
    at: new Date(at),
    source: 'haproxy',
    member,
    text: text.replace(/\. \d+ active and .*$/, ''),
    evidence: line,
  };
};
