import { join } from 'node:path';
import { CodedError } from '@citus-ha/core';

/** Where one member lives: the outer folder is its keeper's, `config`, `data` and `run` are its user's. */
export interface MemberFolder {
  readonly name: string;
  readonly path: string;
  /** Definition and intent. */
  readonly record: string;
  /** Names the init of the running or last life; written by that init itself. */
  readonly life: string;
  /** Exit code of the last life. */
  readonly exit: string;
  /** Held by the keeper and the init of a life (flock(2)) as long as either lives. */
  readonly lock: string;
  readonly log: string;
  readonly config: string;
  readonly data: string;
  readonly run: string;
}

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws CodedError `MEMBER_NAME` for what is no host name. */
export function memberFolder(membersPath: string, name: string): MemberFolder {
  if (!namePattern.test(name)) {
    throw new CodedError('MEMBER_NAME', `A member cannot be called ${JSON.stringify(name)}`, {
      fix: 'Use lower-case letters, digits and hyphens, as in a host name.',
    });
  }
  const path = join(membersPath, name);
  return {
    name,
    path,
    record: join(path, 'member.json'),
    life: join(path, 'life'),
    exit: join(path, 'exit'),
    lock: join(path, 'lock'),
    log: join(path, 'log'),
    config: join(path, 'config'),
    data: join(path, 'data'),
    run: join(path, 'run'),
  };
}
