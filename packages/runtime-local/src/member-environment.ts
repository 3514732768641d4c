import type { Site } from '@citus-ha/layout';
import { memberPath } from '@citus-ha/provision-debian';
import { memberVariable } from './life.js';
import type { MemberFolder } from './member-folder.js';
import type { MemberRecord } from './member-record.js';

/** What a member's processes see: nothing of this process's own environment but where programs are. */
export function memberEnvironment(
  site: Site | undefined,
  folder: MemberFolder,
  { definition }: MemberRecord,
): Readonly<Record<string, string>> {
  return {
    LANG: 'C.UTF-8',
    HOME: folder.data,
    PATH: memberPath(site?.programs),
    ...definition.env,
    [memberVariable]: folder.path,
  };
}
