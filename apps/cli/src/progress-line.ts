import type { ChaosEvent } from '@citus-ha/chaos';
import { formatDuration } from '@citus-ha/core';

/** An event for people. */
export function progressLine(event: ChaosEvent): string {
  return lines[event.type](event as never);
}

const lines: { readonly [Type in ChaosEvent['type']]: (event: ChaosEvent & { readonly type: Type }) => string } = {
  trial: ({ number, of, fault, target }) => `trial ${number} of ${of}: ${fault} ${target}`,
  'waiting-for-health': ({ problems }) =>
    `waiting until the cluster is healthy: ${problems.map(({ message }) => message).join('; ')}`,
  injecting: ({ fault, members }) => `${fault} ${members.join(', ')}`,
  healing: ({ interrupted }) => `${interrupted ? 'interrupted: ' : ''}heal, and wait until the cluster is healthy`,
  'not-restored': ({ reason }) => `not restored: ${reason}`,
  result: ({ result: { writeOutageMs, lost, acked, valid } }) => {
    const outage = writeOutageMs === null ? 'unknown' : formatDuration(writeOutageMs);
    return `write outage ${outage}, ${lost} of ${acked} lost, valid: ${valid}`;
  },
};
