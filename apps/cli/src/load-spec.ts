import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defaultClusterSpec, parseClusterSpec, type ClusterSpec } from '@citus-ha/config';
import { CodedError, messageOf } from '@citus-ha/core';

const fileName = 'cluster.yaml';

/** The path of the configuration: as given, else $CITUS_HA_CONFIG, else the nearest cluster.yaml upward. */
export function findConfig(given: string | undefined): string | undefined {
  if (given === '') {
    throw new CodedError('CONFIG_UNREADABLE', 'The configuration has an empty name', {
      blame: 'user',
      fix: 'Name a file with -c, or leave -c out: a variable may not be set.',
    });
  }
  const named = given ?? process.env['CITUS_HA_CONFIG'];
  if (named) return resolve(named);
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const path = join(folder, fileName);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The spec of the configuration found, or the built-in default: the topology of the seed. */
export function loadSpec(given: string | undefined): ClusterSpec {
  const path = findConfig(given);
  return path === undefined ? defaultClusterSpec() : parseClusterSpec(readConfig(path), { file: path });
}

export function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CodedError('CONFIG_UNREADABLE', `${path} cannot be read: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: 'Name a file that exists; a cluster.yaml is written by `citus-ha init`.',
    });
  }
}
