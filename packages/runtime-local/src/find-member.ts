import type { Member } from '@citus-ha/runtime';
import type { ClusterFolder } from './cluster-folder.js';
import { addressOf, readState } from './cluster-state.js';
import { initOf, lifeId, readLife } from './life.js';
import { memberFolder } from './member-folder.js';
import { readRecord } from './member-record.js';
import { readExitCode } from './start-life.js';

/** A member as its folder and its processes show it; `undefined` where it was never created. */
export async function findMember(cluster: ClusterFolder, name: string): Promise<Member | undefined> {
  const folder = memberFolder(cluster.members, name);
  const [record, life, state] = await Promise.all([readRecord(folder), readLife(folder), readState(cluster)]);
  if (record === undefined || state === undefined) return undefined;
  const { kind, group, ports } = record.definition;
  const init = life && (await initOf(life));
  const exitCode = init === undefined ? await readExitCode(folder) : undefined;
  return {
    name,
    kind,
    ...(group !== undefined && { group }),
    address: addressOf(state, name),
    ports,
    intent: record.intent,
    state: life === undefined ? 'created' : init === undefined ? 'exited' : init.state === 'T' ? 'paused' : 'running',
    ...(life && {
      incarnation: { id: lifeId(life), pid: life.init.pid, ...(exitCode !== undefined && { exitCode }) },
    }),
  };
}
