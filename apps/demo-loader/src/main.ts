#!/usr/bin/env node
import { createProgram } from './program.js';
import { reportError } from './report-error.js';

const interrupt = new AbortController();
// A second signal ends the process at once, as it does by default.
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());

const io = { out: process.stdout, err: process.stderr, signal: interrupt.signal };
const program = createProgram(io, (ok) => {
  process.exitCode = ok ? 0 : 1;
});
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, interrupt.signal.aborted, process.stderr);
}
