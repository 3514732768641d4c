import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';
import Docker from 'dockerode';

/** The address of the engine: $DOCKER_HOST, else the docker command's current context, else this machine's socket. */
export async function engineAddress(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const folder = env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const context = env['DOCKER_CONTEXT'] ?? (await currentContext(folder)) ?? 'default';
  return context === 'default' ? 'unix:///var/run/docker.sock' : contextAddress(folder, context);
}

/** A client of the engine that the environment names; asks it nothing yet. */
export async function createEngineClient(): Promise<Docker> {
  const engine = clientOf(await engineAddress());
  const dial = engine.modem.dial.bind(engine.modem);
  engine.modem.dial = (options, callback) => dial(options, (error, answer) => callback?.(refineError(error), answer));
  return engine;
}

/** What an engine says where it has no room is no message of its own kind: it may come with any request. */
export function refineError<E>(error: E): E | CodedError {
  if (!/no space left on device/i.test(messageOf(error))) return error;
  return new CodedError('ENGINE_FULL', `The Docker engine has no space left: ${messageOf(error)}`, {
    cause: error,
    fix: 'Free some where its data is (docker system df, docker system prune), then run this again.',
  });
}

function clientOf(address: string): Docker {
  if (process.env['DOCKER_HOST']) return new Docker();
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol === 'unix:' || protocol === 'npipe:') return new Docker({ socketPath: pathname });
  return new Docker({
    protocol: protocol === 'ssh:' ? 'ssh' : protocol === 'https:' ? 'https' : 'http',
    host: hostname,
    port: port || (protocol === 'ssh:' ? 22 : 2375),
  });
}

/**
 * Makes sure that an engine answers.
 *
 * @throws CodedError `ENGINE_DENIED` where its socket may not be opened, `ENGINE_UNREACHABLE` where nothing answers.
 */
export async function pingEngine(engine: Docker): Promise<void> {
  const address = await engineAddress();
  try {
    await engine.ping();
  } catch (cause) {
    if (codeOf(cause) === 'EACCES') {
      throw new CodedError('ENGINE_DENIED', `This user may not use the Docker engine at ${address}`, {
        blame: 'user',
        cause,
        fix: 'Add the user to the group docker and log in again, or use another engine by DOCKER_HOST.',
      });
    }
    throw new CodedError('ENGINE_UNREACHABLE', `No Docker engine answers at ${address}: ${messageOf(cause)}`, {
      cause,
      fix: 'Start it (systemctl start docker, or dockerd as root), name another one by DOCKER_HOST, or use --runtime local.',
    });
  }
}

async function currentContext(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { currentContext?: string }).currentContext;
}

/** The docker command keeps a context in a folder named by the hash of its name. */
async function contextAddress(folder: string, context: string): Promise<string> {
  const hash = createHash('sha256').update(context).digest('hex');
  const path = join(folder, 'contexts', 'meta', hash, 'meta.json');
  try {
    const meta = JSON.parse(await readFile(path, 'utf8')) as { Endpoints: { docker: { Host: string } } };
    return meta.Endpoints.docker.Host;
  } catch (cause) {
    throw new CodedError('ENGINE_CONTEXT', `The docker context ${context} cannot be read: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: 'Choose another one: docker context ls, docker context use NAME.',
    });
  }
}

/** The HTTP status that the engine refused a request with. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** The answer of a request, or `undefined` where the engine does not know what it is about. */
export async function ifThere<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
