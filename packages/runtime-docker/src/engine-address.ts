import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError, codeOf, messageOf } from '@citus-ha/core';

/** Where an engine is. */
export interface EngineAddress {
  readonly url: string;
  /** What names it: a variable or a context; nothing for this machine's own. */
  readonly namedBy?: string;
  /** Holds ca.pem, cert.pem and key.pem, where it has any. */
  readonly certificates?: string;
  /** Whether it is spoken to by TLS also where there are none. */
  readonly tls?: boolean;
}

/**
 * The engine that the docker command would use: $DOCKER_HOST, else its current context, else this machine's socket.
 *
 * @throws CodedError `ENGINE_CONTEXT` naming the file that cannot be read or understood.
 */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<EngineAddress> {
  const folder = env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const host = env['DOCKER_HOST'];
  if (host) {
    const url = host.includes('//') ? host : `tcp://${host}`;
    if (!env['DOCKER_TLS_VERIFY'] && !url.endsWith(':2376')) return { url, namedBy: 'DOCKER_HOST' };
    return { url, namedBy: 'DOCKER_HOST', certificates: env['DOCKER_CERT_PATH'] ?? folder, tls: true };
  }
  const context = env['DOCKER_CONTEXT'] || (await currentContext(folder)) || 'default';
  return context === 'default' ? { url: 'unix:///var/run/docker.sock' } : contextAddress(folder, context);
}

/** The machine of an engine that is spoken to over the network. */
export function engineHost({ url }: EngineAddress): string | undefined {
  const { protocol, hostname } = new URL(url);
  return protocol === 'unix:' || protocol === 'npipe:' ? undefined : hostname.replace(/^\[|\]$/g, '');
}

async function currentContext(folder: string): Promise<string | undefined> {
  const path = join(folder, 'config.json');
  try {
    const { currentContext: context } = JSON.parse(await readFile(path, 'utf8')) as { currentContext?: unknown };
    if (context === undefined || typeof context === 'string') return context;
    throw new Error(`its currentContext is ${JSON.stringify(context)}`);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unusableEngine(`The docker command's ${path} cannot be read: ${messageOf(cause)}`, cause);
  }
}

/** The docker command keeps a context in folders named by the hash of its name. */
async function contextAddress(folder: string, context: string): Promise<EngineAddress> {
  const hash = createHash('sha256').update(context).digest('hex');
  const path = join(folder, 'contexts', 'meta', hash, 'meta.json');
  try {
    const meta = JSON.parse(await readFile(path, 'utf8')) as { Endpoints: { docker: { Host: string } } };
    const { Host: url } = meta.Endpoints.docker;
    if (!url) throw new Error('it has no Endpoints.docker.Host');
    const certificates = join(folder, 'contexts', 'tls', hash, 'docker');
    return { url, namedBy: `the docker context ${context}`, certificates };
  } catch (cause) {
    throw unusableEngine(`The docker context ${context} cannot be read from ${path}: ${messageOf(cause)}`, cause);
  }
}

export function unusableEngine(message: string, cause?: unknown): CodedError {
  return new CodedError('ENGINE_CONTEXT', message, {
    blame: 'user',
    cause,
    fix: 'Mend it, or choose another engine: docker context ls, docker context use NAME, or DOCKER_HOST.',
  });
}

/**
 * Whether someone expects a Docker engine here: the environment or a docker context names one, or this machine has its
 * socket. Where not, one that does not answer is no surprise.
 *
 * @throws CodedError `ENGINE_CONTEXT`.
 */
export async function isEngineWanted(): Promise<boolean> {
  const { namedBy, url } = await findEngine();
  return namedBy !== undefined || existsSync(new URL(url).pathname);
}
