import { parseSizeBytes } from '@citus-ha/core';
import {
  containerLog,
  containerName,
  engineSocket,
  formerSharedMemory,
  needsOf,
  type ContainerDefinition,
  type DockerState,
} from '@citus-ha/layout';
import type { Member } from '@citus-ha/runtime';
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import { labels, networkName, volumeName } from './names.js';
import type { NeighbourSettings } from './neighbour-settings.js';

/** The number of the members' user in every image of the set. */
export const memberUser = { uid: 999, gid: 999 } as const;

const dataFolder = '/var/lib/citus-ha';

/** Where a container is put. */
export interface ContainerPlace extends Pick<DockerState, 'addresses'> {
  readonly neighbours: NeighbourSettings;
  /** Where the engine listens on its own machine, for a member that is to have it. */
  readonly socket?: string;
}

/** What Docker is asked for, Compose's names and labels included. */
export function createOptions(
  cluster: string,
  member: string,
  definition: ContainerDefinition,
  { addresses, neighbours, socket }: ContainerPlace,
): ContainerCreateOptions {
  const { kind, command, env, ports, image, bind = '' } = definition;
  const needs = needsOf(kind);
  const published = needs.published.flatMap((purpose) => (ports[purpose] ? [`${ports[purpose]}/tcp`] : []));
  return {
    name: containerName(cluster, member),
    Hostname: member,
    Image: image,
    Cmd: [...command],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(published.map((port) => [port, {}])),
    Labels: {
      [labels.project]: cluster,
      [labels.service]: member,
      [labels.number]: '1',
      [labels.oneOff]: 'False',
      [labels.definition]: JSON.stringify(definition),
    },
    ...healthcheck(definition),
    HostConfig: {
      NetworkMode: networkName(cluster),
      ...neighbours.host,
      // After the engine's own restart the cluster comes back by itself.
      RestartPolicy: { Name: 'unless-stopped' },
      PortBindings: Object.fromEntries(
        published.map((port) => [port, [{ HostIp: bind, HostPort: port.split('/')[0] ?? '' }]]),
      ),
      // A name resolves also while its container is down.
      ExtraHosts: Object.entries(addresses).map(([name, address]) => `${name}:${address}`),
      Binds: [
        ...(needs.data ? [`${volumeName(cluster, member)}:${dataFolder}`] : []),
        ...(socket ? [`${socket}:${engineSocket}:ro`] : []),
      ],
      ...(needs.attends && onlyTheSocket),
      ShmSize: parseSizeBytes(definition.sharedMemory ?? formerSharedMemory),
      LogConfig: containerLog,
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [networkName(cluster)]: {
          IPAMConfig: { IPv4Address: addresses[member] ?? '' },
          Aliases: [member],
          ...neighbours.endpoint,
        },
      },
    },
  };
}

/** Of root's rights it needs none but to be the socket's owner; which SELinux would keep it from, and a mapping of users. */
const onlyTheSocket = {
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges', 'label=disable'],
  UsernsMode: 'host',
} as const satisfies ContainerCreateOptions['HostConfig'];

/** A member as its container shows it. */
export function memberOf(cluster: string, info: ContainerInspectInfo): Member {
  const { State, Config, HostConfig, NetworkSettings } = info;
  const { kind, group, ports } = JSON.parse(Config.Labels[labels.definition] ?? '{}') as ContainerDefinition;
  // One that runs may have another address than it was given at first: it was cut off, and connected again without it.
  const endpoint = NetworkSettings.Networks[networkName(cluster)];
  const id = incarnationId(info);
  const state = stateOf(State.Status);
  return {
    name: Config.Labels[labels.service] ?? '',
    kind,
    ...(group !== undefined && { group }),
    address: endpoint?.IPAddress || endpoint?.IPAMConfig?.IPv4Address || '',
    ports,
    state,
    ...(state === 'unknown' && { unseen: `the engine says ${JSON.stringify(State.Status)} of it` }),
    intent: HostConfig.RestartPolicy?.Name === 'no' ? 'stopped' : 'running',
    ...(id !== undefined && {
      incarnation: {
        id,
        container: { id: info.Id, name: info.Name.slice(1) },
        isolated: true,
        ...(state === 'exited' && { exitCode: State.ExitCode }),
      },
    }),
  };
}

/** Of its last life; `undefined` where it was never started. */
export function incarnationId({ Id, State }: ContainerInspectInfo): string | undefined {
  return State.StartedAt.startsWith('0001') ? undefined : `${Id.slice(0, 12)}:${State.StartedAt}`;
}

/** The engine's word. A container that it is about to start again, or to remove, has ended. */
function stateOf(status: string): Member['state'] {
  if (status === 'created' || status === 'running' || status === 'paused') return status;
  return ['exited', 'restarting', 'removing', 'dead'].includes(status) ? 'exited' : 'unknown';
}

/** The image checks the usual port; a proxy may have another. */
function healthcheck({ kind, ports }: ContainerDefinition): Pick<ContainerCreateOptions, 'Healthcheck'> {
  const port = ports[needsOf(kind).health ?? ''];
  if (port === undefined) return {};
  const Test = ['CMD', 'curl', '--fail', '--silent', '--output', '/dev/null', `http://localhost:${port}/`];
  return { Healthcheck: { Test } };
}
