import { execa } from 'execa';

/** Runs the docker command as a user would, and answers its standard output. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await execa('docker', args, { stdin: 'ignore' })).stdout;
}

/** The command of Compose that is there: the plugin of docker, else docker-compose 1; neither where there is none. */
export async function findCompose(): Promise<readonly string[] | undefined> {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const [file = '', ...args] = command;
    const { exitCode } = await execa(file, [...args, 'version'], { reject: false });
    if (exitCode === 0) return command;
  }
  return undefined;
}
