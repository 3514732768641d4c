import type Docker from 'dockerode';

/** An image as the engine knows it: its name, and the environment that its containers get. */
export interface NamedImage {
  readonly name: string;
  readonly env: readonly string[];
}

/** The images of Citus's official repository that the engine has. */
export async function localCitusImages(engine: Docker): Promise<readonly NamedImage[]> {
  const images = await engine.listImages({ filters: { reference: ['citusdata/citus'] } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return Promise.all(
    names.map(async (name) => ({ name, env: (await engine.getImage(name).inspect()).Config.Env ?? [] })),
  );
}

/**
 * The name of the newest Citus among images of its repository that can be built on: a Debian, with the PostgreSQL that is
 * asked for. The versions are in the images' environment, so that `latest` is told too; else the tag is taken at its word.
 */
export function newestCitus(images: readonly NamedImage[], postgres: number | 'auto'): string | undefined {
  return images
    .filter(({ name, env }) => !name.includes('alpine') && fits(valueOf(env, 'PG_MAJOR'), postgres))
    .map(({ name, env }) => ({ name, version: versionIn(valueOf(env, 'CITUS_VERSION') ?? name.split(':')[1] ?? '') }))
    .toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }) || a.name.localeCompare(b.name))
    .at(0)?.name;
}

function fits(major: string | undefined, postgres: number | 'auto'): boolean {
  return major === undefined || postgres === 'auto' || Number(major) === postgres;
}

function versionIn(text: string): string {
  return /^v?(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? '';
}

function valueOf(env: readonly string[], variable: string): string | undefined {
  return env.find((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1);
}
