import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { codeOf, messageOf } from '@citus-ha/core';
import type { DockerOptions } from 'dockerode';
import { unusableEngine, type EngineAddress } from './engine-address.js';

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * What dockerode is to be told of an engine's address.
 *
 * @throws CodedError `ENGINE_CONTEXT` for an address that is none, or certificates that cannot be read.
 */
export async function engineOptions(engine: EngineAddress): Promise<DockerOptions> {
  const { protocol, hostname: host, port, username, pathname } = parse(engine);
  switch (protocol) {
    case 'unix:':
    case 'npipe:':
      return { socketPath: decodeURIComponent(pathname) };
    case 'ssh:': {
      const user = decodeURIComponent(username) || userInfo().username;
      const agent = process.env['SSH_AUTH_SOCK'];
      const sshOptions = agent === undefined ? {} : { agent };
      return { protocol: 'ssh', host, port: port || 22, username: user, sshOptions };
    }
    case 'tcp:':
    case 'http:':
    case 'https:': {
      const certificates = await readCertificates(engine);
      const tls = engine.tls || protocol === 'https:' || Object.keys(certificates).length > 0;
      const defaultPort = defaultPorts[protocol] ?? (tls ? 2376 : 2375);
      return { protocol: tls ? 'https' : 'http', host, port: port || defaultPort, ...certificates };
    }
    default:
      throw unusableEngine(
        `${nameOf(engine)} is ${engine.url}, which is no unix, npipe, tcp, http, https or ssh address`,
      );
  }
}

function parse(engine: EngineAddress): URL {
  try {
    return new URL(engine.url);
  } catch (cause) {
    throw unusableEngine(`${nameOf(engine)} is ${engine.url}, which is no address`, cause);
  }
}

function nameOf({ namedBy = 'this machine' }: EngineAddress): string {
  return `The Docker engine of ${namedBy}`;
}

async function readCertificates({ certificates }: EngineAddress): Promise<Pick<DockerOptions, 'ca' | 'cert' | 'key'>> {
  if (certificates === undefined) return {};
  const found: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const kind of ['ca', 'cert', 'key'] as const) {
    const path = join(certificates, `${kind}.pem`);
    try {
      found[kind] = await readFile(path);
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') continue;
      throw unusableEngine(`The certificate ${path} of the Docker engine cannot be read: ${messageOf(cause)}`, cause);
    }
  }
  return found;
}
