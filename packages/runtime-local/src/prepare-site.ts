import { membersOf, sentinels, type ClusterSpec, type MemberSpec } from '@citus-ha/config';
import { type Site, localMemberSite } from '@citus-ha/layout';
import { CodedError, isCodedError } from '@citus-ha/core';
import { refuseForeignBind, type PrepareRequest } from '@citus-ha/runtime';
import {
  checkDataVersion,
  chosenPostgres,
  findPrograms,
  majorOfData,
  memberAccount,
  programMissing,
  providePrograms,
  type FoundPrograms,
  type ProgramsWanted,
} from '@citus-ha/provision-debian';
import { releaseBlock } from './address-block.js';
import { checkPorts } from './check-ports.js';
import { makeClusterFolder, unmakeClusterFolder, type ClusterFolder } from './cluster-folder.js';
import { ownAddress, readState, type AddressBook, type ClusterState } from './cluster-state.js';
import { refuseDataLeft } from './data-left.js';
import type { Isolation } from './launcher.js';
import { memberFolder } from './member-folder.js';

export interface PrepareSiteOptions {
  readonly request: PrepareRequest;
  readonly folder: ClusterFolder;
  readonly addresses: AddressBook;
  readonly isolation: Isolation;
  readonly sentinel?: readonly string[] | undefined;
}

/**
 * Settles programs, addresses and folders of every member, and keeps the outcome in the cluster's state. Where this fails
 * for a new cluster, nothing of it is left.
 */
export async function prepareSite(options: PrepareSiteOptions): Promise<Site> {
  const { request, folder, addresses } = options;
  const known = await readState(folder);
  checkNetwork(request.spec, known);
  await refuseForeignBind(request.spec);
  await refuseDataLeft(folder, request.spec.name);
  await checkAskedVersion(request.spec, known?.site);
  const found = await providePrograms({ ...request, ...(await wantedPrograms(request.spec, known?.site)) });
  try {
    await makeClusterFolder(folder, await memberAccount());
    const site = await settleMembers(found, options);
    await addresses.settle(site);
    return site;
  } catch (error) {
    if (known === undefined) {
      await unmakeClusterFolder(folder);
      await releaseBlock(folder.path);
    }
    throw error;
  }
}

/** Members' addresses are in their data, so a cluster keeps the network it began with. */
function checkNetwork({ name, local: { network } }: ClusterSpec, known: ClusterState | undefined): void {
  if (known !== undefined && known.network !== network) {
    throw new CodedError('NETWORK_CHANGED', `Cluster ${name} was made with local.network: ${known.network}`, {
      blame: 'user',
      fix: `Set it back to ${known.network}, or dump the data, remove the cluster with \`citus-ha down --volumes\` and restore it.`,
    });
  }
  if (network !== 'namespaces' || process.getuid?.() === 0) return;
  throw new CodedError('NOT_ROOT', 'Only root can give members networks of their own (local.network: namespaces)', {
    blame: 'user',
    fix: 'Run it as root, or set local.network: loopback.',
  });
}

/** Missing or too old programs, and taken ports, as they are now. */
export async function findObstacles(spec: ClusterSpec, folder: ClusterFolder): Promise<readonly CodedError[]> {
  const site = (await readState(folder))?.site;
  const checks = [
    async () => {
      const { missing } = await findPrograms(await wantedPrograms(spec, site));
      if (missing.length > 0) throw programMissing(missing);
    },
    async () => refuseForeignBind(spec),
    async () => checkPorts({ spec, folder, members: membersOf(spec), sites: site?.members ?? {} }),
  ];
  const errors = await Promise.all(
    checks.map((check) =>
      check().then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  return errors.flatMap((error) => {
    if (error !== undefined && !isCodedError(error)) throw error;
    return error ?? [];
  });
}

async function settleMembers(
  found: FoundPrograms,
  { request: { spec }, folder, addresses, isolation, sentinel }: PrepareSiteOptions,
): Promise<Site> {
  const specs = localMembers(spec, sentinel);
  const state = await addresses.assign(specs.map(({ name }) => name));
  const members = membersSite({ members: specs, spec, folder, state, isolation });
  await checkDataVersion(members, found.versions.postgres);
  await checkPorts({ spec, folder, members: specs, sites: members });
  return { runtime: 'local', ...withSentinel(found, sentinel), members };
}

export function localMembers(spec: ClusterSpec, sentinel: readonly string[] | undefined): readonly MemberSpec[] {
  return [...membersOf(spec), ...(sentinel ? sentinels(spec) : [])];
}

export function withSentinel<T extends Pick<FoundPrograms, 'programs'>>(
  found: T,
  sentinel: readonly string[] | undefined,
): T {
  return { ...found, programs: { ...found.programs, ...(sentinel && { sentinel }) } };
}

/** Where each member is, by the addresses of this state. */
export function membersSite({
  spec,
  members,
  folder,
  state,
  isolation,
}: Pick<PrepareSiteOptions, 'folder' | 'isolation'> & {
  readonly members: readonly MemberSpec[];
  readonly spec: ClusterSpec;
  readonly state: ClusterState;
}): Site['members'] {
  const sites = members.map((member) => {
    const site = localMemberSite({
      spec,
      member,
      folder: memberFolder(folder.members, member.name),
      ownAddress: ownAddress(state, member.name),
      namesResolve: isolation !== 'none',
    });
    return [member.name, site] as const;
  });
  return Object.fromEntries(sites);
}

/** Before a version is installed that would not start on the data that is there. */
async function checkAskedVersion({ postgres: { version } }: ClusterSpec, site: Site | undefined): Promise<void> {
  if (version === 'auto') return;
  await checkDataVersion(site?.members ?? {}, version);
}

/** Those that members of this spec need, where a cluster is there with its data. */
export async function wantedPrograms(spec: ClusterSpec, site: Site | undefined): Promise<ProgramsWanted> {
  return {
    major: await wantedMajor(spec, site),
    network: spec.local.network,
    poolers: spec.pooler.count > 0,
  };
}

/** What the file asks for, else what existing data was written by. */
async function wantedMajor(spec: ClusterSpec, site: Site | undefined): Promise<number | undefined> {
  if (spec.postgres.version !== 'auto') return spec.postgres.version;
  if (chosenPostgres() !== undefined) return undefined;
  return majorOfData(site?.members ?? {});
}
