import { CodedError } from '@citus-ha/core';
import type { ProvisionEvent } from '@citus-ha/layout';
import { candidateMajor, hasApt, installPackages, rootPrefix, updateLists } from './debian-packages.js';
import { fetchPatroni, minimumPatroniMajor } from './patroni-package.js';
import { findPrograms, type FoundPrograms, type MissingProgram, type ProgramsWanted } from './programs.js';

export interface ProgramsRequest extends ProgramsWanted {
  /** Whether what is missing may be installed. */
  readonly install: boolean;
  readonly onEvent?: (event: ProvisionEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * Everything that members need, installed where that is allowed.
 *
 * @throws CodedError `PROGRAM_MISSING` naming the packages, `INSTALL_FAILED`, `PATRONI_TOO_OLD`.
 */
export async function providePrograms(request: ProgramsRequest): Promise<FoundPrograms> {
  const before = await findPrograms(request);
  if (before.found !== undefined) return before.found;
  if (!request.install || !(await hasApt())) throw programMissing(before.missing);
  await installMissing(before.missing, request);
  const after = await findPrograms(request);
  if (after.found !== undefined) return after.found;
  throw programMissing(after.missing);
}

async function installMissing(missing: readonly MissingProgram[], request: ProgramsRequest): Promise<void> {
  const { onEvent, signal } = request;
  const packages = missing.flatMap((program) => program.packages);
  const needsPatroni = packages.includes('patroni');
  const prefix = await rootPrefix();
  if (needsPatroni && prefix !== undefined && (await candidateMajor('patroni')) === undefined) {
    await updateLists(prefix, signal);
  }
  const packaged = needsPatroni && ((await candidateMajor('patroni')) ?? 0) >= minimumPatroniMajor;
  const wanted = packages.filter((name) => packaged || name !== 'patroni');
  if (wanted.length > 0) {
    if (prefix === undefined) throw programMissing(missing);
    onEvent?.({ type: 'installing', packages: wanted });
    await installPackages(prefix, wanted, signal);
  }
  if (!needsPatroni || packaged) return;
  onEvent?.({ type: 'fetching', program: 'Patroni', version: minimumPatroniMajor });
  await fetchPatroni(signal);
}

export function programMissing(missing: readonly MissingProgram[]): CodedError {
  const packages = missing.flatMap((program) => program.packages);
  const old = packages.includes('patroni')
    ? ` Patroni must be ${minimumPatroniMajor} or later: 3.0 loses acknowledged writes.`
    : '';
  return new CodedError('PROGRAM_MISSING', `Not installed: ${missing.map(({ what }) => what).join(', ')}.${old}`, {
    fix: `Run it as root on Debian without --no-install, or install the packages: apt-get install ${packages.join(' ')}.`,
  });
}
