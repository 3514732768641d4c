import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CodedError, withMachineLock } from '@citus-ha/core';
import { execa } from 'execa';

/** Patroni 3.0.2 loses acknowledged writes when a paused leader comes back; 4 was measured not to. */
export const minimumPatroniMajor = 4;

/** What Patroni and patronictl import with etcd's version 3 API and PostgreSQL, and Debian's packages of it: its own package is content with another store's. */
export const patroniModules = {
  imports: ['psycopg2', 'yaml', 'dateutil', 'prettytable', 'psutil', 'urllib3', 'click', 'etcd', 'cdiff|ydiff'],
  packages: [
    'python3-psycopg2',
    'python3-yaml',
    'python3-dateutil',
    'python3-prettytable',
    'python3-psutil',
    'python3-urllib3',
    'python3-click',
    'python3-etcd',
    'python3-cdiff',
  ],
} as const;

/** The first Debian release whose package is recent enough; pure Python, it runs on the release before too. */
const release = 'trixie';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const folderPattern = /^patroni-(\d[\d.]*)$/;

/** A Patroni unpacked by an earlier {@link fetchPatroni}. */
export async function cachedPatroni(): Promise<{ readonly path: string; readonly version: string } | undefined> {
  const folders = await readdir(cacheFolder()).catch(() => []);
  const versions = folders.flatMap((folder) => folderPattern.exec(folder)?.[1] ?? []);
  const version = versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return version === undefined
    ? undefined
    : { path: join(cacheFolder(), `patroni-${version}`, 'bin', 'patroni'), version };
}

/**
 * Fetches Debian's Patroni package from the mirror that this machine's own sources name, checked by apt against Debian's
 * archive keyring, and unpacks it into the tool's cache. Installs nothing.
 *
 * @throws CodedError `PATRONI_TOO_OLD` where this machine has no such mirror or it cannot be reached.
 */
export async function fetchPatroni(signal: AbortSignal | undefined): Promise<void> {
  await withMachineLock('patroni', async () => {
    if ((await cachedPatroni()) !== undefined) return;
    await mkdir(cacheFolder(), { recursive: true });
    await chmod(cacheFolder(), 0o755);
    const work = await mkdtemp(join(cacheFolder(), 'fetch-'));
    try {
      await unpack(work, await debianMirror(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw new CodedError(
        'PATRONI_TOO_OLD',
        `Patroni ${minimumPatroniMajor} or later is needed and could not be fetched`,
        {
          cause: error,
          fix: `Install Patroni ${minimumPatroniMajor} (Debian 13 has it), or give apt a Debian mirror that has ${release}. Patroni 3.0 loses acknowledged writes.`,
        },
      );
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

function cacheFolder(): string {
  if (process.getuid?.() === 0) return '/var/cache/citus-ha';
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'citus-ha');
}

/** Asks apt, which knows every form a source can have. */
async function debianMirror(): Promise<string> {
  const format = '$(ORIGIN)|$(LABEL)|$(REPO_URI)';
  const { stdout } = await execa('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const mirror = stdout
    .split('\n')
    .map((line) => line.split('|'))
    .find(([origin, label]) => origin === 'Debian' && label === 'Debian')?.[2];
  if (mirror !== undefined) return mirror;
  throw new Error("apt's sources name no Debian mirror whose lists are there");
}

async function unpack(work: string, mirror: string, signal: AbortSignal | undefined): Promise<void> {
  const run = (file: string, args: readonly string[]) =>
    execa(file, args, { cwd: work, stdin: 'ignore', ...(signal && { cancelSignal: signal }) });
  await chmod(work, 0o755);
  for (const folder of ['lists/partial', 'archives/partial', 'none'])
    await mkdir(join(work, folder), { recursive: true });
  const sources = join(work, 'sources.list');
  await writeFile(sources, `deb [signed-by=${keyring}] ${mirror} ${release} main\n`);
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': join(work, 'none'),
    'Dir::Etc::Preferences': join(work, 'none'),
    'Dir::Etc::PreferencesParts': join(work, 'none'),
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': work,
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await run('apt-get', [...options, '-q', 'update', '--error-on=any']);
  await run('apt-get', [...options, '-q', 'download', 'patroni']);
  const deb = (await readdir(work)).find((file) => file.endsWith('.deb'));
  if (deb === undefined) throw new Error('apt-get download left no package');
  const root = join(work, 'root');
  await run('dpkg', ['-x', deb, root]);
  const { stdout } = await run('dpkg-deb', ['--field', deb, 'Version']);
  const version = /^(?:\d+:)?(\d[\d.]*)/.exec(stdout)?.[1];
  if (version === undefined || Number.parseInt(version, 10) < minimumPatroniMajor)
    throw new Error(`the mirror has ${stdout}`);
  const target = join(cacheFolder(), `patroni-${version}`);
  await mkdir(join(root, 'bin'));
  for (const program of ['patroni', 'patronictl']) {
    await writeFile(join(root, 'bin', program), wrapper(target, program), { mode: 0o755 });
  }
  await run('/usr/bin/python3', ['-m', 'compileall', '-q', join(root, 'usr/lib/python3/dist-packages')]);
  // Members' user reads it, whatever the caller's umask.
  await run('chmod', ['-R', 'u+w,a+rX', root]);
  await rename(root, target);
}

/** The system's Python by its path: another one may come first in PATH, without the modules. */
function wrapper(target: string, program: string): string {
  return `#!/bin/sh
PYTHONPATH='${target}/usr/lib/python3/dist-packages' exec /usr/bin/python3 '${target}/usr/bin/${program}' "$@"
`;
}
