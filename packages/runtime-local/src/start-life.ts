import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, statfs } from 'node:fs/promises';
import { CodedError, FatalProbeError, messageOf, waitFor } from '@citus-ha/core';
import type { Account } from '@citus-ha/provision-debian';
import { heldByAnother, startCommand, type Isolation } from './launcher.js';
import { lifeId, readLife } from './life.js';
import { readLines } from './log-file.js';
import type { MemberFolder } from './member-folder.js';
import type { MemberNetwork } from './member-network.js';

export interface StartLifeOptions {
  readonly folder: MemberFolder;
  readonly account: Account;
  readonly isolation: Isolation;
  readonly hosts: string;
  readonly network: MemberNetwork | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/**
 * Begins a new life of a member that outlives this process. Resolves once its init has written itself down: from then on
 * any other process finds it. Where another process is faster, that one's life is what it resolves with.
 *
 * @throws CodedError `MEMBER_START_FAILED` with what stood in the way; `DATA_MISSING`.
 */
export async function startLife(options: StartLifeOptions): Promise<void> {
  const { folder, account, isolation, hosts, network, env, command } = options;
  await requireData(folder);
  const before = await readLife(folder);
  const [file = '', ...args] = startCommand({
    isolation,
    account,
    folder: folder.path,
    hostsFile: hosts,
    network,
    command,
  });
  const keep = async () => {
    // Not in the folder of its data, which may be taken away below it.
    const keeper = spawn(file, args, { cwd: folder.path, env, detached: true, stdio: 'ignore' });
    await once(keeper, 'spawn').catch((error: unknown) => {
      throw failed(folder.name, messageOf(error));
    });
    keeper.unref();
    return keeper;
  };
  let keeper = await keep();
  await waitFor({
    what: `the init of ${folder.name}`,
    member: folder.name,
    timeoutMs: 60_000,
    intervalMs: 20,
    probe: async () => {
      const life = await readLife(folder);
      if (life !== undefined && (before === undefined || lifeId(life) !== lifeId(before))) return true;
      if (keeper.exitCode === null) return false;
      if (keeper.exitCode === heldByAnother) {
        // By whoever is faster, whose life comes; or by the last life's keeper, which has yet to end.
        keeper = await keep();
        return false;
      }
      throw new FatalProbeError(failed(folder.name, await reasonOf(folder, keeper.exitCode)));
    },
  });
}

/** How the last life ended, if its keeper saw it. */
export async function readExitCode(folder: MemberFolder): Promise<number | undefined> {
  const text = await readFile(folder.exit, 'utf8').catch(() => '');
  return text === '' ? undefined : Number(text);
}

function failed(member: string, reason: string): CodedError {
  return new CodedError('MEMBER_START_FAILED', `${member} could not be started: ${reason}`, {
    member,
    fix: `Read its log: citus-ha logs ${member}.`,
  });
}

async function reasonOf(folder: MemberFolder, exitCode: number): Promise<string> {
  const { bavail } = await statfs(folder.path);
  if (bavail === 0) return `there is no space left where ${folder.path} is`;
  const lines: string[] = [];
  for await (const line of readLines(folder.log, { tail: 3 })) lines.push(line);
  return [`its keeper ended with ${exitCode}`, ...lines].join('\n');
}

async function requireData({ name, data }: MemberFolder): Promise<void> {
  await access(data).catch((cause: unknown) => {
    throw new CodedError('DATA_MISSING', `${data}, where ${name} keeps its data, is gone`, {
      member: name,
      cause,
      fix: 'Restore it from a copy. A standby is copied anew: `citus-ha up`.',
    });
  });
}
