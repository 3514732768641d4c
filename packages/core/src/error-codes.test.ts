import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes } from './error-codes.js';

const root = new URL('../../../', import.meta.url).pathname;
const source = ['packages', 'apps']
  .flatMap((folder) => readdirSync(root + folder).map((name) => `${root}${folder}/${name}/src/`))
  .filter(existsSync)
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => folder + name))
  .filter((path) => /(?<!\.i?test|error-codes)\.ts$/.test(path))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

/** Neither compared with, expected, nor of a type. */
const literals = new Set([...source.matchAll(/(?<!(?:[=!]== |code: |\| ))'([A-Z_]+)'/g)].map(([, code]) => code));
const suffixes = [...source.matchAll(/\}(_[A-Z_]+)`/g)].flatMap(([, suffix = '']) => suffix);

describe('the catalogue of error codes', () => {
  it('holds no code that nothing throws', () => {
    const unused = Object.keys(errorCodes).filter(
      (code) => !literals.has(code) && !suffixes.some((suffix) => code.endsWith(suffix)),
    );
    expect(unused).toEqual([]);
  });

  it('is sorted', () => {
    expect(Object.keys(errorCodes)).toEqual(Object.keys(errorCodes).sort());
  });

  it('is what docs/errors.md says', async () => {
    const rows = Object.entries(errorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
    await expect(`${preamble}${rows.join('\n')}\n`).toMatchFileSnapshot(`${root}docs/errors.md`);
  });
});

const preamble = `# Errors

Every error of citus-ha has a code that programs can rely on. The command line prints it behind the message, and with
\`--json\` as \`error.code\`; it ends with 2 where the user has to change something, else with 1. A code that
is not here is Node's, or an SQLSTATE of PostgreSQL.

Made from \`packages/core/src/error-codes.ts\` by \`npx vitest run --project unit packages/core -u\`.

| code | meaning |
|---|---|
`;
