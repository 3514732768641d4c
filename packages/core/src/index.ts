export { CodedError, codeOf, messageOf, type CodedErrorOptions } from './coded-error.js';
export { formatDuration, parseDurationMs } from './duration.js';
export { redact } from './redact.js';
export { FatalProbeError, waitFor, type WaitOptions } from './wait-for.js';
export { writingTo } from './writing-to.js';
export { redactPasswords } from './redact-passwords.js';
export { Answer, isRecord, parseJson } from './answer.js';
export { exchange, ofMember, type Reply, type RequestOptions } from './exchange.js';
export { withMachineLock, type LockOptions } from './machine-lock.js';
