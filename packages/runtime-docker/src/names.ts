import { composeAdoption } from '@citus-ha/layout';

/** Names and labels as Compose gives them, so that its commands and other tools see one project. */
export const labels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  /** Only Compose gives it. */
  configHash: 'com.docker.compose.config-hash',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  /** A member's definition without its files. */
  definition: composeAdoption.definition,
  /** Compose's one-time container of a cluster that it has made. */
  setup: composeAdoption.setup,
  /** The cluster that a state container or a lock belongs to. */
  cluster: 'io.citus-ha.cluster',
  /** Who holds a lock. */
  holder: 'io.citus-ha.holder',
} as const;

export function volumeName(cluster: string, member: string): string {
  return `${cluster}_${member}-data`;
}

export function networkName(cluster: string): string {
  return `${cluster}_default`;
}
