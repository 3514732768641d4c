import type { ClusterSpec } from '@citus-ha/config';
import type { Comparison, MemberDefinition, Preview } from '@citus-ha/runtime';
import { findPrograms } from '@citus-ha/provision-debian';
import type { ClusterFolder } from './cluster-folder.js';
import { readState, withAddresses } from './cluster-state.js';
import { livesWithOtherEnvironment } from './life.js';
import { memberFolder } from './member-folder.js';
import { isAsDefined } from './member-record.js';
import { localMembers, membersSite, wantedPrograms, withSentinel, type PrepareSiteOptions } from './prepare-site.js';

export type PreviewOptions = Pick<PrepareSiteOptions, 'folder' | 'isolation' | 'sentinel'> & {
  readonly spec: ClusterSpec;
};

/** What would become of a cluster that is there, with the programs that are there. */
export async function previewCluster({
  spec,
  folder,
  isolation,
  sentinel,
}: PreviewOptions): Promise<Preview | undefined> {
  const known = await readState(folder);
  if (known?.site === undefined) return undefined;
  const { found } = await findPrograms(await wantedPrograms(spec, known.site));
  if (found === undefined) return undefined;
  const wanted = localMembers(spec, sentinel);
  const state = {
    ...known,
    addresses: withAddresses(
      known.addresses,
      wanted.map(({ name }) => name),
    ),
  };
  const members = membersSite({ members: wanted, spec, folder, state, isolation });
  return {
    site: { runtime: 'local', ...withSentinel(found, sentinel), members },
    compare: (definition) => compare(folder, definition),
  };
}

async function compare(folder: ClusterFolder, definition: MemberDefinition): Promise<Comparison> {
  const own = memberFolder(folder.members, definition.name);
  if (await livesWithOtherEnvironment(own, definition.env)) return 'life';
  return (await isAsDefined(own, definition)) ? 'same' : 'files';
}
