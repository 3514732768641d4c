import { engineSocket } from '@citus-ha/layout';
import type Docker from 'dockerode';
import { findEngine, type EngineAddress } from './engine-address.js';

/** Where an engine listens on its own machine, by what is known of it here. */
export async function socketOf(engine: Docker): Promise<string> {
  const { OperatingSystem } = (await engine.info()) as { readonly OperatingSystem?: string };
  return socketOn({ ...(await findEngine()), platform: process.platform, system: OperatingSystem });
}

/** One that is spoken to by a socket of this machine listens there, unless it is in a virtual machine, which passes its own on. */
export function socketOn({ url, platform, system }: Pick<EngineAddress, 'url'> & Surroundings): string {
  const { protocol, pathname } = new URL(url);
  const isHere = protocol === 'unix:' && platform === 'linux' && system !== 'Docker Desktop';
  return isHere ? decodeURIComponent(pathname) : engineSocket;
}

interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** Of the engine's machine, as it names it. */
  readonly system: string | undefined;
}
