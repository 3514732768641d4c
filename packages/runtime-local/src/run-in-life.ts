import { constants } from 'node:os';
import { CodedError, waitFor } from '@citus-ha/core';
import type { ExecOptions, ExecResult } from '@citus-ha/runtime';
import { execa } from 'execa';
import type { Account } from '@citus-ha/provision-debian';
import { execCommand, type Isolation } from './launcher.js';
import { isIsolated, type Life } from './life.js';
import type { MemberFolder } from './member-folder.js';
import { livingProcess, livingProcesses, signalProcess } from './process-table.js';

export interface RunInLifeOptions {
  readonly folder: MemberFolder;
  readonly life: Life;
  readonly account: Account;
  /** How lives are kept apart here; a life that began without isolation is entered without. */
  readonly isolation: Isolation;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly options: ExecOptions;
}

/**
 * Runs a command beside a running member's init, as its user.
 *
 * @throws CodedError `EXEC_FAILED` when it could not be begun; the signal's reason when aborted.
 */
export async function runInLife({
  folder,
  life,
  account,
  isolation,
  env,
  command,
  options,
}: RunInLifeOptions): Promise<ExecResult> {
  const { pid } = life.init;
  const { inherit = false, input = '', signal } = options;
  signal?.throwIfAborted();
  const [file = '', ...args] = execCommand({
    isolation: (await isIsolated(life)) ? isolation : 'none',
    account,
    pid,
    cwd: folder.path,
    command,
  });
  const running = execa(file, args, {
    env: { ...env, ...options.env, ...(inherit && terminalEnvironment()) },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(inherit ? { stdio: 'inherit' as const } : { input }),
  });
  const cancel = () => void endCommand(running.pid);
  signal?.addEventListener('abort', cancel);
  const result = await running.finally(() => signal?.removeEventListener('abort', cancel));
  signal?.throwIfAborted();
  const bySignal = result.signal === undefined ? undefined : 128 + constants.signals[result.signal];
  const exitCode = result.exitCode ?? bySignal;
  if (exitCode !== undefined) return { exitCode, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
  throw new CodedError('EXEC_FAILED', `Could not run ${command[0]} in ${folder.name}: ${result.shortMessage}`, {
    member: folder.name,
    cause: result,
  });
}

/**
 * Kills the command itself, so that the nsenter around it reaps it: left to the machine's pid 1 it would delay the end of its
 * namespace. That nsenter is held meanwhile: killed just as it begins the command, it would leave it behind.
 */
async function endCommand(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  signalProcess(pid, 'SIGSTOP');
  await waitFor({
    what: 'what runs the command to be held',
    timeoutMs: 10_000,
    intervalMs: 5,
    probe: async () => ((await livingProcess(pid))?.state ?? 'T') === 'T',
  }).catch(() => undefined);
  const children = (await livingProcesses()).filter(({ parent }) => parent === pid);
  for (const target of children.length > 0 ? children : [{ pid }]) signalProcess(target.pid, 'SIGKILL');
  signalProcess(pid, 'SIGCONT');
}

/** What an interactive program asks of the terminal it is given. */
function terminalEnvironment(): Record<string, string> {
  const { TERM } = process.env;
  return TERM === undefined ? {} : { TERM };
}
