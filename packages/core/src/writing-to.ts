import { CodedError, messageOf } from './coded-error.js';

/**
 * Runs what writes to a place that the user has named.
 *
 * @throws CodedError `OUTPUT_UNWRITABLE` naming the place and what the system said.
 */
export async function writingTo<T>(place: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new CodedError('OUTPUT_UNWRITABLE', `${place} cannot be written: ${messageOf(cause)}`, {
      blame: 'user',
      cause,
      fix: 'Name a place in a folder that exists and may be written to.',
    });
  }
}
