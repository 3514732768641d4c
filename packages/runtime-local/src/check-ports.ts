import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ClusterSpec, MemberSpec } from '@citus-ha/config';
import { type MemberSite, needsOf, portsOf } from '@citus-ha/layout';
import { CodedError, codeOf, waitFor } from '@citus-ha/core';
import type { ClusterFolder } from './cluster-folder.js';
import { clusterFolderOf, holds, listeners, ownerOf, type Listener, type ListenerOwner } from './listeners.js';

/**
 * Looks whether every port the members will bind is free, or held by this cluster's own members.
 *
 * @throws CodedError `PORT_TAKEN` naming the owner of the first that is not; `PORT_FORBIDDEN` for one that only root may bind, which
 * members never are.
 */
export async function checkPorts(options: {
  readonly spec: ClusterSpec;
  readonly folder: ClusterFolder;
  readonly members: readonly MemberSpec[];
  readonly sites: Readonly<Record<string, MemberSite>>;
}): Promise<void> {
  const { spec, folder, members, sites } = options;
  const all = await listeners();
  const firstFree = await firstUnprivileged();
  for (const member of members) {
    const listen = sites[member.name]?.listen ?? '';
    for (const port of portsOf(member.kind, spec)) {
      if (!all.some((listener) => holds(listener, listen, port))) {
        refusePrivileged(spec, port, firstFree);
        continue;
      }
      const stranger = await strangerAt(async () => {
        const holder = (await listeners()).find((listener) => holds(listener, listen, port));
        return holder && { holder, owner: await ownerOf(holder) };
      }, folder.path);
      if (stranger !== undefined) throw portTaken(stranger, { member, listen, port });
    }
  }
}

/** Of ports that an ordinary user may bind (ip(7), ip_unprivileged_port_start); Linux's own default where it does not tell. */
async function firstUnprivileged(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024');
  return Number(text);
}

export function refusePrivileged({ proxy }: ClusterSpec, port: number, firstFree: number): void {
  const name = Object.entries(proxy.ports).find(([, one]) => one === port)?.[0];
  if (name === undefined || port >= firstFree) return;
  throw new CodedError(
    'PORT_FORBIDDEN',
    `proxy.ports.${name}: ${port} is a port that only root may bind, and members run as an ordinary user`,
    {
      blame: 'user',
      fix: `Choose a port from ${firstFree} on in cluster.yaml, or permit it: sysctl net.ipv4.ip_unprivileged_port_start=${port}.`,
    },
  );
}

/** Who is seen to hold a port. */
export interface PortHolder {
  readonly holder: Pick<Listener, 'uid'>;
  /** `undefined` where no process has it open: it may just have ended. */
  readonly owner: ListenerOwner | undefined;
}

/**
 * Who holds a port that is not of this cluster. Where nobody is seen to, as of a member that just restarts, it looks again
 * before it says so.
 */
export async function strangerAt(
  look: () => Promise<PortHolder | undefined>,
  clusterPath: string,
  patienceMs = 3_000,
): Promise<PortHolder | undefined> {
  let seen: PortHolder | undefined;
  await waitFor({
    what: 'the owner of a port',
    timeoutMs: patienceMs,
    probe: async () => {
      seen = await look();
      return seen === undefined || seen.owner !== undefined;
    },
  }).catch((error: unknown) => {
    if (codeOf(error) !== 'TIMEOUT') throw error;
  });
  const folder = seen?.owner?.member;
  return folder !== undefined && clusterFolderOf(folder) === clusterPath ? undefined : seen;
}

function portTaken(
  { holder, owner }: PortHolder,
  { member, listen, port }: { readonly member: MemberSpec; readonly listen: string; readonly port: number },
): CodedError {
  const process = owner === undefined ? `a process of user id ${holder.uid}` : `${owner.command} (pid ${owner.pid})`;
  const whose =
    owner?.member === undefined
      ? process
      : `${process} of the citus-ha cluster "${basename(clusterFolderOf(owner.member))}"`;
  const fix =
    needsOf(member.kind).published.length > 0
      ? `Stop it, or choose another port or proxy.bind under proxy in cluster.yaml.`
      : `Stop it and run the command again.`;
  return new CodedError('PORT_TAKEN', `${listen}:${port}, which ${member.name} needs, is taken by ${whose}`, {
    member: member.name,
    fix,
  });
}
