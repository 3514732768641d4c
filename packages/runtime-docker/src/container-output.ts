import { Readable } from 'node:stream';
import { FatalProbeError, waitFor } from '@citus-ha/core';
import type { ExecOptions, ExecResult, LogOptions } from '@citus-ha/runtime';
import type { Container, Exec } from 'dockerode';
import { ifThere, statusOf } from './engine.js';
import { memberUser } from './member-container.js';
import { frames, lines } from './multiplexed.js';

/** Runs a command in a running container. On abort the connection is cut; the command itself ends when it next writes. */
export async function execInContainer(
  container: Container,
  command: readonly string[],
  { input, env = {}, signal, inherit = false }: ExecOptions,
): Promise<ExecResult> {
  signal?.throwIfAborted();
  const tty = inherit && process.stdin.isTTY && process.stdout.isTTY;
  const exec = await container.exec({
    Cmd: [...command],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    // A container that Compose made begins as root.
    User: `${memberUser.uid}:${memberUser.gid}`,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: tty });
  const abort = () => stream.destroy();
  signal?.addEventListener('abort', abort, { once: true });
  const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  try {
    if (inherit) process.stdin.pipe(stream);
    else stream.end(input ?? '');
    if (tty) await throughTerminal(stream);
    else {
      for await (const { channel, bytes } of frames(stream as AsyncIterable<Buffer>)) {
        if (inherit) process[channel].write(bytes);
        else output[channel].push(Buffer.from(bytes));
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    if (inherit) process.stdin.unpipe(stream).pause();
  }
  signal?.throwIfAborted();
  return {
    exitCode: await exitCodeOf(exec, signal),
    stdout: Buffer.concat(output.stdout).toString('utf8'),
    stderr: Buffer.concat(output.stderr).toString('utf8'),
  };
}

/** The engine notes how a command has ended a moment after its output has; it forgets that with the container's life. */
function exitCodeOf(exec: Exec, signal: AbortSignal | undefined): Promise<number> {
  return waitFor({
    what: 'the command to end',
    timeoutMs: 2 ** 31 - 1,
    intervalMs: 20,
    signal,
    probe: async () => {
      const seen = await ifThere(exec.inspect()).catch((error: unknown) => {
        throw new FatalProbeError(error);
      });
      return seen?.Running !== true && (seen?.ExitCode ?? -1);
    },
  });
}

async function throughTerminal(stream: NodeJS.ReadableStream): Promise<void> {
  process.stdin.setRawMode(true);
  try {
    for await (const bytes of stream) process.stdout.write(bytes);
  } finally {
    process.stdin.setRawMode(false);
  }
}

/** Lines that the engine has kept of all lives of a container; with `follow` also those of lives to come. */
export async function* containerLogs(
  container: Container,
  { follow = false, tail, signal }: LogOptions,
): AsyncGenerator<string> {
  const wanted = { stdout: true, stderr: true, ...(tail !== undefined && { tail }) };
  if (!follow) {
    yield* lines(Readable.from([await container.logs({ ...wanted, follow: false })]));
    return;
  }
  let first = true;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { State } = await container.inspect();
      const since = first ? {} : { tail: undefined, since: Date.parse(State.StartedAt) / 1000 };
      const options = { ...wanted, ...since, follow: true as const, ...(signal && { abortSignal: signal }) };
      // 409: it is being removed.
      const stream = await container.logs(options).catch((error: unknown) => {
        if (statusOf(error) !== 409) throw error;
      });
      if (stream) yield* lines(stream as unknown as AsyncIterable<Buffer>);
      first = false;
      await waitFor({
        what: 'another life',
        timeoutMs: 2 ** 31 - 1,
        signal,
        probe: async () => (await container.inspect()).State.StartedAt !== State.StartedAt,
      });
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
