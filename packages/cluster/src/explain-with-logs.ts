import { CodedError } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';

const lastLines = 8;

/** An error that names a member, with the last lines that this member logged added to its message. */
export async function explainWithLogs(runtime: Runtime, error: unknown): Promise<unknown> {
  if (!(error instanceof CodedError) || error.member === undefined) return error;
  const lines: string[] = [];
  try {
    for await (const line of runtime.logs(error.member, { tail: lastLines })) lines.push(`  ${line}`);
  } catch {
    return error;
  }
  if (lines.length === 0) return error;
  const { code, blame, member, fix, cause } = error;
  return new CodedError(code, `${error.message}\nThe last lines of ${member}:\n${lines.join('\n')}`, {
    blame,
    member,
    fix,
    cause,
  });
}
