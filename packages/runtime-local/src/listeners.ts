import { readFile, readdir, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { memberVariable } from './life.js';
import { environmentOf, livingProcesses } from './process-table.js';

/** A TCP socket that listens on this machine. */
export interface Listener {
  /** Dotted IPv4, or `*` for one that listens on every address. */
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

/** Who holds a listening socket; `member` is the folder of the citus-ha member it belongs to. */
export interface ListenerOwner {
  readonly pid: number;
  readonly command: string;
  readonly member: string | undefined;
}

/** Reads /proc/net/tcp or tcp6 (proc(5)): addresses are hexadecimal words in the machine's byte order. */
export function parseListeners(text: string): readonly Listener[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , uid, , inode = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return state === '0A'
      ? [{ address: dotted(address), port: Number.parseInt(port, 16), uid: Number(uid), inode }]
      : [];
  });
}

export async function listeners(): Promise<readonly Listener[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return tables.flatMap(parseListeners);
}

/** Whether a server that binds to this address and port would find it taken by the listener. */
export function holds(listener: Listener, address: string, port: number): boolean {
  const everywhere = listener.address === '*' || address === '0.0.0.0' || address === '::';
  return listener.port === port && (everywhere || listener.address === address);
}

/** Finds the process that has the socket open; `undefined` where it belongs to a user whose processes are hidden. */
export async function ownerOf(listener: Listener): Promise<ListenerOwner | undefined> {
  for (const { pid, command } of await livingProcesses()) {
    const folder = `/proc/${pid}/fd`;
    const descriptors = await readdir(folder).catch(() => []);
    const targets = await Promise.all(descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
    if (targets.includes(`socket:[${listener.inode}]`)) {
      return { pid, command, member: await environmentOf(pid, memberVariable) };
    }
  }
  return undefined;
}

/** The folder of the cluster that a member's folder belongs to. */
export function clusterFolderOf(memberPath: string): string {
  return dirname(dirname(memberPath));
}

function dotted(hex: string): string {
  if (/^0+$/.test(hex)) return '*';
  const word = Number.parseInt(hex.slice(-8), 16);
  return [word, word >>> 8, word >>> 16, word >>> 24].map((byte) => byte & 255).join('.');
}
