import { CodedError } from '@citus-ha/core';

/** Reads an option's whole number, for commander. @throws CodedError `OPTION_INVALID`. */
export function wholeNumber(option: string, minimum = 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw invalid(option, text, `a whole number from ${minimum} on`);
  };
}

/** Reads an option's number, whole or not, for commander. @throws CodedError `OPTION_INVALID`. */
export function numberAboveZero(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw invalid(option, text, 'a number above 0');
  };
}

function invalid(option: string, text: string, wanted: string): CodedError {
  return new CodedError('OPTION_INVALID', `${option} ${text}: this is not ${wanted}`, {
    blame: 'user',
    fix: `Give ${option} ${wanted}.`,
  });
}
