import { Command } from 'commander';
import { sentinelCommand } from './commands/sentinel.js';
import { endProcess } from './end-process.js';
import { reportError } from './report-error.js';

// citus-ha as the sentinel's image has it: that command alone, in one file.
try {
  const program = new Command('citus-ha').exitOverride().addCommand(sentinelCommand().exitOverride());
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, process.argv.slice(2));
}
endProcess();
