import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecord, settleRecord, type ClusterRecord } from '@citus-ha/cluster';
import type { ClusterSpec } from '@citus-ha/config';
import type { Site } from '@citus-ha/layout';
import { CodedError, codeOf, isCodedError, type ErrorCode } from '@citus-ha/core';

/** As `renderFolder` writes them. */
const recordFile = 'citus-ha/cluster.json';
const composeFiles = ['.env', 'compose.yaml'] as const;

/**
 * The record that an earlier render left in the folder, checked against the spec; `undefined` where none did.
 *
 * @throws CodedError `OUTPUT_TAKEN` where files to be written are somebody else's, `NAME_CHANGED` and as
 * {@link settleRecord} does where the spec is no longer the folder's, `STATE_UNREADABLE`.
 */
export async function keptRecord(folder: string, spec: ClusterSpec, site: Site): Promise<ClusterRecord | undefined> {
  const text = await readIfThere(join(folder, recordFile));
  if (text === undefined) {
    await refuseTaken(folder);
    return undefined;
  }
  const record = parseRecord(text);
  if (!record) throw unreadable(join(folder, recordFile));
  const [, name = spec.name] =
    /^COMPOSE_PROJECT_NAME=(.*)$/m.exec((await readIfThere(join(folder, '.env'))) ?? '') ?? [];
  if (name !== spec.name)
    throw changed('NAME_CHANGED', `The files are of cluster ${name}, not of ${spec.name}`, folder);
  return settleRecord(spec, site, record).catch((error: unknown) => {
    throw isCodedError(error) && error.code.endsWith('_CHANGED') ? changed(error.code, error.message, folder) : error;
  });
}

async function refuseTaken(folder: string): Promise<void> {
  for (const file of composeFiles) {
    const path = join(folder, file);
    if ((await readIfThere(path)) === undefined) continue;
    throw new CodedError('OUTPUT_TAKEN', `${path} is there already, and not from citus-ha`, {
      blame: 'user',
      fix: 'Render into another folder, or move it away.',
    });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined;
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause?: unknown): CodedError {
  return new CodedError('STATE_UNREADABLE', `${path} is from an earlier render, but cannot be read`, {
    cause,
    fix: 'Restore it, or render into another folder.',
  });
}

function changed(code: ErrorCode, message: string, folder: string): CodedError {
  return new CodedError(code, `${folder} was rendered before: ${message}`, {
    blame: 'user',
    fix: 'Set in cluster.yaml what the folder was rendered with, or render into another folder.',
  });
}
