import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settleRecord, type ClusterRecord } from '@citus-ha/cluster';
import type { ClusterSpec } from '@citus-ha/config';
import { parseRecord, renderedFolder, type Site } from '@citus-ha/layout';
import { CodedError, codeOf, isCodedError, type ErrorCode } from '@citus-ha/core';

/**
 * The record that an earlier render left in the folder, checked against the spec; `undefined` where none did.
 *
 * @throws CodedError `OUTPUT_TAKEN` where files to be written are somebody else's, `NAME_CHANGED` and as
 * {@link settleRecord} does where the spec is no longer the folder's, `STATE_UNREADABLE`, and as {@link parseRecord} does.
 */
export async function keptRecord(folder: string, spec: ClusterSpec, site: Site): Promise<ClusterRecord | undefined> {
  const file = join(folder, renderedFolder.record);
  const text = await readIfThere(file);
  if (text === undefined) {
    await refuseTaken(folder);
    return undefined;
  }
  const record = parseRecord(text, file);
  if (!record) throw unreadable(file);
  const name = record.spec.name ?? (await nameForCompose(folder)) ?? spec.name;
  if (name !== spec.name)
    throw changed('NAME_CHANGED', `The files are of cluster ${name}, not of ${spec.name}`, folder);
  return settleRecord(spec, site, record).catch((error: unknown) => {
    throw isCodedError(error) && error.code.endsWith('_CHANGED') ? changed(error.code, error.message, folder) : error;
  });
}

/** All that says it in a folder whose record is of version 1. */
async function nameForCompose(folder: string): Promise<string | undefined> {
  const environment = await readIfThere(join(folder, renderedFolder.compose.environment));
  return /^COMPOSE_PROJECT_NAME=(.*)$/m.exec(environment ?? '')?.[1];
}

async function refuseTaken(folder: string): Promise<void> {
  for (const file of Object.values(renderedFolder.compose)) {
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
