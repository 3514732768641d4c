import type { ContainerCreateOptions, EndpointSettings } from 'dockerode';

/**
 * How soon the kernel of a container asks again whether a neighbour is there (the delay in seconds): an address goes with its container, and nobody
 * is left to refuse. By these a new connection fails within 1.3 s, and within 0.3 s a second later; else after several.
 */
const settings = { base_reachable_time_ms: 100, retrans_time_ms: 100, delay_first_probe_time: 0 };

export interface NeighbourSettings {
  readonly host: Pick<NonNullable<ContainerCreateOptions['HostConfig']>, 'Sysctls'>;
  readonly endpoint: Pick<EndpointSettings, 'DriverOpts'>;
}

/** As the engine takes them: by the interface's name up to version 1.45 of its API, of the endpoint later. */
export function neighbourSettings(apiVersion: string): NeighbourSettings {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  if (major === 1 && minor < 46) return { host: { Sysctls: Object.fromEntries(settingsOf('eth0')) }, endpoint: {} };
  const list = settingsOf('IFNAME').map(([key, value]) => `${key}=${value}`);
  return { host: {}, endpoint: { DriverOpts: { 'com.docker.network.endpoint.sysctls': list.join(',') } } };
}

function settingsOf(name: string): readonly (readonly [string, string])[] {
  return Object.entries(settings).map(([key, value]) => [`net.ipv4.neigh.${name}.${key}`, `${value}`]);
}
