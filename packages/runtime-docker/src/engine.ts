import { CodedError, codeOf, messageOf } from '@citus-ha/core';
import Docker, { type DockerOptions } from 'dockerode';
import { findEngine, unusableEngine } from './engine-address.js';
import { engineOptions } from './engine-options.js';

/** A client of the engine that the environment names; asks it nothing yet. */
export async function createEngineClient(): Promise<Docker> {
  const engine = clientOf(await engineOptions(await findEngine()));
  const dial = engine.modem.dial.bind(engine.modem);
  engine.modem.dial = (options, callback) => dial(options, (error, answer) => callback?.(refineError(error), answer));
  return engine;
}

/** Docker's variables are read by the client too, which complains of them in its own words. */
function clientOf(options: DockerOptions): Docker {
  try {
    return new Docker(options);
  } catch (cause) {
    throw unusableEngine(`What DOCKER_HOST or DOCKER_CERT_PATH say cannot be used: ${messageOf(cause)}`, cause);
  }
}

/** What an engine says where it has no room is no message of its own kind: it may come with any request. */
export function refineError<E>(error: E): E | CodedError {
  if (!/no space left on device/i.test(messageOf(error))) return error;
  return new CodedError('ENGINE_FULL', `The Docker engine has no space left: ${messageOf(error)}`, {
    cause: error,
    fix: 'Free some where its data is (docker system df, docker system prune), then run this again.',
  });
}

/**
 * Makes sure that an engine answers.
 *
 * @throws CodedError `ENGINE_DENIED` where this user may not use it, `ENGINE_UNREACHABLE` where nothing answers.
 */
export async function pingEngine(engine: Docker): Promise<void> {
  const { url } = await findEngine();
  try {
    await engine.ping();
  } catch (cause) {
    if (isDenied(cause)) {
      throw new CodedError('ENGINE_DENIED', `This user may not use the Docker engine at ${url}: ${messageOf(cause)}`, {
        blame: 'user',
        cause,
        fix: 'Add the user to the group docker and log in again (by ssh: ssh-add the key), or use another engine by DOCKER_HOST.',
      });
    }
    throw new CodedError('ENGINE_UNREACHABLE', `No Docker engine answers at ${url}: ${messageOf(cause)}`, {
      cause,
      fix: 'Start it (systemctl start docker, or dockerd as root), name another one by DOCKER_HOST, or use --runtime local.',
    });
  }
}

/** By the socket's mode, by ssh (ssh2 says at what level it failed), or by the engine itself. */
function isDenied(error: unknown): boolean {
  const { level } = error as { level?: string };
  const status = statusOf(error) ?? 0;
  return codeOf(error) === 'EACCES' || level === 'client-authentication' || status === 401 || status === 403;
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
