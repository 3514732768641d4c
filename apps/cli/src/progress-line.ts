import type { ChaosEvent } from '@citus-ha/chaos';
import { describeStep } from '@citus-ha/citus';
import { boundText, waitWords, type ClusterEvent, type RepairEvent } from '@citus-ha/cluster';
import { formatDuration } from '@citus-ha/core';

type ProgressEvent = ClusterEvent | RepairEvent | ChaosEvent;
/** Those that may have this type: several share an event's shape. */
type EventOf<Type, Event = ProgressEvent> = Event extends { type: infer Types }
  ? Type extends Types
    ? Event
    : never
  : never;

/** An event for people. */
export function progressLine(event: ProgressEvent): string {
  return lines[event.type](event as never);
}

/** Why the base of a new cluster's members was taken. */
const reasons = {
  named: 'as docker.baseImage says',
  'engine-is-standin': 'since engine: standin needs no Citus',
  'newest-citus': 'the newest Citus to be had here',
  'no-citus': 'without Citus, so that the stand-in is what you get',
} as const;

const remedy =
  'For Citus, load citusdata/citus into the engine, or name an image with it under docker.baseImage, first';

/** What is done about workers that are gone, in words. */
export const repairLines: {
  readonly [Type in RepairEvent['type']]: (event: Extract<RepairEvent, { readonly type: Type }>) => string;
} = {
  'worker-disabled': ({ member, unproven, afterMs, promisedMs }) => {
    const promised = promisedMs === undefined ? '' : `promised ${formatDuration(promisedMs)}, `;
    const took = afterMs === undefined ? '' : `: ${promised}took ${formatDuration(afterMs)}`;
    return `writes go on without ${member}${took}${unproven === undefined ? '' : `; not proven: ${unproven}`}`;
  },
  'worker-needed': (event) =>
    event.why === 'only-copies'
      ? `${event.member} is gone, and nobody else has shards of ${event.tables.join(', ')}: start it`
      : `${event.member} is gone like ${event.workers.join(', ')}: start one of them`,
  'worker-remade': ({ member }) => `made ${member} anew, whose data were gone`,
  'worker-activated': ({ member }) => `${member} is in service again; what it had is copied anew`,
  'copying-shards': ({ table, shardsLeft }) => `copying shards of ${table}: ${shardsLeft} left`,
  'redundancy-restored': ({ tables }) => `all copies are there again of ${tables.join(', ')}`,
};

const lines: { readonly [Type in ProgressEvent['type']]: (event: EventOf<Type>) => string } = {
  installing: ({ packages }) => `Installing ${packages.join(', ')}`,
  fetching: ({ program, version }) => `Fetching ${program} ${version} into the cache`,
  pulling: ({ image }) => `Pulling ${image}`,
  'pulled-layers': ({ image, done, of }) => `Pulling ${image}: ${done} of ${of} layers`,
  'making-base': () => 'Making a Debian 13 base image with debootstrap, since no registry answers',
  'chosen-base': ({ base, why, attempts }) => {
    const chosen = `The members' image is built on ${base}, ${reasons[why]}`;
    return why === 'no-citus' ? `${chosen}: ${attempts.join('; ')}. ${remedy}` : chosen;
  },
  building: ({ image, base }) => `Building the ${image} image on ${base}`,
  'build-step': ({ image, step, of }) => `${image} image: step ${step}/${of}`,
  'unfit-base': ({ base, instead }) => `${base} does not serve for etcd and HAProxy: they are built on ${instead} too`,

  created: ({ member }) => `created ${member}`,
  removed: ({ member }) => `removed ${member}`,
  updated: ({ member }) => `updated ${member}`,
  started: ({ member }) => `started ${member}`,
  resumed: ({ member }) => `resumed ${member}`,
  stopped: ({ member }) => `stopped ${member}`,
  'stopped-stranded': ({ members }) => `stopped ${members.join(', ')}: etcd has lost its data`,
  'closed-etcd': () => 'closed etcd to strangers',
  'compacted-etcd': () => 'compacted and defragmented etcd, which was full',
  configured: ({ members, toStart }) => `configured ${members.join(', ')}${toStart ? ', to start again' : ''}`,
  bootstrap: ({ step }) => describeStep(step),

  'waiting-for-faults': ({ holder }) => `waiting for ${holder}, which injects faults into the same cluster`,
  'waiting-for-lock': ({ holder }) => `waiting for ${holder}, which works on the same cluster`,
  'record-lost': () =>
    "the record of the cluster is lost: it is read from its members' files; `citus-ha up` keeps it again, and makes certificates of nodes anew",
  'waiting-for-leaders': () => 'waiting for the servers to elect their leaders',
  'waiting-for-service': () => 'waiting for every member to stream and for the write endpoint',
  'coordinators-wait': ({ waits }) => waits.map(waitWords).join('; '),
  recovering: ({ members }) => `${members.join(', ')} still recover what a kill left`,
  'lacking-others': ({ member }) => `${member} runs, but what it needs of others is not there: see \`citus-ha status\``,
  'waiting-for-candidate': ({ reason }) => `waiting: ${reason}`,
  'pausing-poolers': ({ members }) => `new transactions by ${members.join(', ')} wait`,
  'writes-waited': ({ ms }) => `writes by the poolers waited ${formatDuration(ms)}`,
  'killing-leader': ({ member }) => `killing ${member}, which takes no connection`,
  'removing-worker': ({ worker }) => `removing ${worker} with what is left of its data`,
  'copying-placements': ({ worker }) => `copying to ${worker} what the other workers have`,
  'removed-data': ({ members }) => `removed the data of ${members.join(', ')}, and the passwords of the cluster`,
  undoing: () => 'removing what this run made',
  'not-undone': ({ reason }) => `not all of it: ${reason}`,

  ...repairLines,

  trial: ({ number, of, fault, target }) => `trial ${number} of ${of}: ${fault} ${target}`,
  'waiting-for-health': ({ problems }) =>
    `waiting until the cluster is healthy: ${problems.map(({ message }) => message).join('; ')}`,
  injecting: ({ fault, members }) => `${fault} ${members.join(', ')}`,
  healing: ({ interrupted }) => `${interrupted ? 'interrupted: ' : ''}heal, and wait until the cluster is healthy`,
  'not-restored': ({ reason }) => `not restored: ${reason}`,
  result: ({ result: { writeOutageMs, promised, lost, acked, valid } }) => {
    const outage = writeOutageMs === null ? 'unknown' : formatDuration(writeOutageMs);
    return `write outage ${outage} (promised ${promised ? boundText(promised.write) : 'nothing'}), ${lost} of ${acked} lost, valid: ${valid}`;
  },
};
