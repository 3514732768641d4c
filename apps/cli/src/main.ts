#!/usr/bin/env node
import { createProgram } from './program.js';
import { reportError } from './report-error.js';

// A reader that has seen enough, as in `citus-ha logs | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, process.argv.slice(2));
}
