import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.js';

async function completed(words: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  const program = await createProgram();
  const completion = program.commands.find((one) => one.name() === 'completion');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => printed.push(String(text)) > 0;
  try {
    await completion?.parseAsync(['bash'], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  const script = `${printed.join('')}
citus-ha() { echo coord-1; echo coord-2; echo worker1; }
COMP_WORDS=(${words.join(' ')} '')
COMP_CWORD=${words.length}
_citus_ha
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return (await execa('bash', ['-c', script])).stdout.split('\n');
}

describe('completion in bash', () => {
  it('knows the members where a command takes one', async () => {
    expect(await completed(['citus-ha', 'reinit'])).toContain('coord-2');
    expect(await completed(['citus-ha', 'switchover'])).toEqual(expect.arrayContaining(['--to', 'coord-1']));
  });

  it('names no members where a command takes none', async () => {
    expect(await completed(['citus-ha', 'doctor'])).not.toContain('coord-2');
  });
});
