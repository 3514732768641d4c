import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const cliPath = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));
export const demoPath = fileURLToPath(new URL('../../../apps/demo-loader/dist/main.js', import.meta.url));

export interface CliRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The command that runs it, as one that takes it elsewhere first; none unless told. */
  readonly within?: readonly string[];
}

/** Starts the command line as a user would, in a folder with a cluster.yaml. */
export function startCli({ cwd, env, within = [] }: CliPlace, ...args: readonly string[]) {
  const [program = '', ...words] = [...within, process.execPath, cliPath, ...args];
  return execa(program, words, { cwd, env, stdin: 'ignore', reject: false });
}

export async function cli(place: CliPlace, ...args: readonly string[]): Promise<CliRun> {
  const { exitCode, stdout, stderr } = await startCli(place, ...args);
  return { exitCode, stdout, stderr };
}
