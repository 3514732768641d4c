import { confirm as ask, isCancel } from '@clack/prompts';
import { CodedError } from '@citus-ha/core';
import type { Command } from 'commander';

/** Adds `--yes` to a command that asks before it acts. */
export function withConfirmation(command: Command): Command {
  return command.option('-y, --yes', 'do not ask');
}

/**
 * Asks before what interrupts service or removes data.
 *
 * @throws CodedError `CONFIRMATION_NEEDED` without a terminal to ask on, `DECLINED` when the answer is no.
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CodedError('CONFIRMATION_NEEDED', `${question} There is no terminal to answer on`, {
      blame: 'user',
      fix: 'Answer with --yes.',
    });
  }
  const answer = await ask({ message: question, initialValue: false, output: process.stderr });
  if (isCancel(answer) || !answer) throw new CodedError('DECLINED', 'Nothing was done', { blame: 'user' });
}
