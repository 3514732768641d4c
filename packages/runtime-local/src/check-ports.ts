import { basename } from 'node:path';
import type { ClusterSpec, MemberSite, MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { ClusterFolder } from './cluster-folder.js';
import { clusterFolderOf, holds, listeners, ownerOf, type Listener } from './listeners.js';
import { portsOf } from './member-site.js';

/**
 * Looks whether every port the members will bind is free, or held by this cluster's own members.
 *
 * @throws CodedError `PORT_TAKEN` naming the owner of the first that is not.
 */
export async function checkPorts(options: {
  readonly spec: ClusterSpec;
  readonly folder: ClusterFolder;
  readonly members: readonly MemberSpec[];
  readonly sites: Readonly<Record<string, MemberSite>>;
}): Promise<void> {
  const { spec, folder, members, sites } = options;
  const all = await listeners();
  for (const member of members) {
    const listen = sites[member.name]?.listen ?? '';
    for (const port of portsOf(member.kind, spec)) {
      const holder = all.find((listener) => holds(listener, listen, port));
      if (holder !== undefined) await refuseStranger(holder, { folder, member, listen, port });
    }
  }
}

async function refuseStranger(
  holder: Listener,
  wanted: {
    readonly folder: ClusterFolder;
    readonly member: MemberSpec;
    readonly listen: string;
    readonly port: number;
  },
): Promise<void> {
  const { folder, member, listen, port } = wanted;
  const owner = await ownerOf(holder);
  const cluster = owner?.member === undefined ? undefined : clusterFolderOf(owner.member);
  if (cluster === folder.path) return;
  const process = owner === undefined ? `a process of user id ${holder.uid}` : `${owner.command} (pid ${owner.pid})`;
  const whose = cluster === undefined ? process : `${process} of the citus-ha cluster "${basename(cluster)}"`;
  const fix =
    member.kind === 'proxy'
      ? `Stop it, or choose another port or proxy.bind under proxy in cluster.yaml.`
      : `Stop it and run the command again.`;
  throw new CodedError('PORT_TAKEN', `${listen}:${port}, which ${member.name} needs, is taken by ${whose}`, {
    member: member.name,
    fix,
  });
}
