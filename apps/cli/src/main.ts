#!/usr/bin/env node
import { endProcess } from './end-process.js';
import { createProgram } from './program.js';
import { codeOfLostOutput, reportError, requireDirectory } from './report-error.js';

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => process.exit(codeOfLostOutput(error)));

try {
  requireDirectory();
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, process.argv.slice(2));
}
endProcess();
