import { readFileSync } from 'node:fs';
import { CommanderError, type Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.js';

const root = new URL('../../../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};
const readmes = ['README.md', 'apps/cli/README.md'].map((path) => ({
  path,
  code: codeOf(readFileSync(new URL(path, root), 'utf8')),
}));

describe.each(readmes)('$path', ({ code }) => {
  const commands = [...code.matchAll(/(?<=^|[\s`(])citus-ha (?:-- )?([a-z][^|)"`\n]*)/g)].map(([, words = '']) =>
    words.trim(),
  );

  it.each(commands)('names a command that there is: citus-ha %s', async (words) => {
    const program = await createProgram();
    withoutActions(program);
    const parsed = program.parseAsync(words.split(/\s+/), { from: 'user' });
    // Help ends with an error of its own, which is none.
    expect(await parsed.catch((error: unknown) => error)).toSatisfy((end) => end === program || isHelp(end));
  });

  it('names scripts of the workspace', () => {
    const named = [...code.matchAll(/npm (?:run )?(?:-s )?([a-z][\w-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => name !== 'install' && !(name in scripts))).toEqual([]);
  });
});

function isHelp(end: unknown): boolean {
  return end instanceof CommanderError && end.exitCode === 0;
}

/** Code blocks and code within lines. */
function codeOf(markdown: string): string {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  const spans = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
  return [...blocks, ...spans].join('\n');
}

/** Only the parser is under test. */
function withoutActions(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const one of command.commands) withoutActions(one);
}
