import { containerName, needsOf, type DockerState } from '@citus-ha/layout';
import type { Created, MemberDefinition } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { putFiles } from './archive.js';
import { compareContainer } from './compare-container.js';
import { startContainer, stopContainer } from './container-life.js';
import { socketOf } from './engine-socket.js';
import { createOptions, memberUser } from './member-container.js';
import { neighbourSettings } from './neighbour-settings.js';
import { ensureNetwork, restoreAddress } from './network.js';
import { ensureVolume } from './volumes.js';

/** Makes a member's container, or another one where what is there cannot be given what is new; one that ran runs again. */
export async function createMember(
  engine: Docker,
  cluster: string,
  definition: MemberDefinition,
  state: DockerState,
): Promise<Created> {
  const { name, files } = definition;
  const known = engine.getContainer(containerName(cluster, name));
  const { comparison, found, wanted, different } = await compareContainer(engine, cluster, definition, state);
  if (found !== undefined && comparison !== 'life') {
    await putFiles(known, different, memberUser);
    await restoreAddress(engine, cluster, found, state.addresses[name] ?? '');
    return { changed: comparison === 'files' };
  }
  await ensureNetwork(engine, cluster);
  if (found !== undefined) {
    if (found.State.Running) await stopContainer(known, name, 60_000);
    await known.remove({ v: true });
  }
  const needs = needsOf(wanted.kind);
  if (needs.data) await ensureVolume(engine, cluster, name);
  const neighbours = neighbourSettings((await engine.version()).ApiVersion);
  const place = { ...state, neighbours, ...(needs.attends && { socket: await socketOf(engine) }) };
  const container = await engine.createContainer(createOptions(cluster, name, wanted, place));
  await putFiles(container, files, memberUser);
  if (found?.State.Running) await startContainer(container, name);
  return { changed: true };
}
