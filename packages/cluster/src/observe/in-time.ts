import { CodedError, codeOf } from '@citus-ha/core';

/**
 * What a question is answered, where that comes in time; it is not waited for beyond.
 *
 * @throws CodedError `NO_ANSWER_IN_TIME`, and whatever the question throws.
 */
export async function inTime<T>(question: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new CodedError('NO_ANSWER_IN_TIME', `no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  question.catch(() => undefined);
  return Promise.race([question, late]).finally(() => clearTimeout(timer));
}

const late = ['NO_ANSWER_IN_TIME', 'PATRONI_NO_ANSWER', 'SERVER_TIMEOUT'];

/** Whether the answer did not come in time, as of a busy or a frozen process; not that it was refused. */
export function isLate(error: unknown): boolean {
  return late.includes(codeOf(error) ?? '');
}
