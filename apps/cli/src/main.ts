#!/usr/bin/env node
import { createProgram } from './program.js';
import { reportError } from './report-error.js';

createProgram()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportError(error);
  });
