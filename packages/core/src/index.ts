export { CodedError, codeOf, messageOf, type CodedErrorOptions } from './coded-error.js';
export { formatDuration, parseDurationMs } from './duration.js';
export { redact } from './redact.js';
export { socketTo, type Way, type WayOptions } from './socket-to.js';
export { FatalProbeError, waitFor, type WaitOptions } from './wait-for.js';
export { writingTo } from './writing-to.js';
export { redactPasswords } from './redact-passwords.js';
