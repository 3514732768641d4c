export { CodedError, codeOf, isCodedError, messageOf, type CodedErrorOptions } from './coded-error.js';
export { errorCodes, type ErrorCode } from './error-codes.js';
export { formatDuration, parseDurationMs } from './duration.js';
export { redact } from './redact.js';
export { FatalProbeError, waitFor, type WaitOptions } from './wait-for.js';
export { writingTo } from './writing-to.js';
export { redactPasswords } from './redact-passwords.js';
