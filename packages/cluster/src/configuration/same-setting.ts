import { parseBoolean, parseInteger, type ParameterValue } from '@citus-ha/config';

/** A row of `pg_settings`. */
export interface SettingInForce {
  readonly name: string;
  readonly setting: string;
  readonly unit: string | null;
  readonly vartype: string;
  /** Where the value is from: `default`, `configuration file`, `user`, ... */
  readonly source: string;
  readonly sourcefile: string | null;
  readonly context: string;
  readonly pendingRestart: boolean;
}

/** PostgreSQL's units (manual, "Parameter Names and Values"), in kB and in ms. */
const units: Readonly<Record<string, number>> = {
  B: 1 / 1024,
  kB: 1,
  MB: 1024,
  GB: 1024 ** 2,
  TB: 1024 ** 3,
  us: 1 / 1000,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Whether a server has what is asked for, as it reads that. */
export function sameSetting(row: SettingInForce, wanted: ParameterValue): boolean {
  const { setting, vartype } = row;
  if (vartype === 'bool') return parseBoolean(wanted) === parseBoolean(setting);
  if (vartype === 'integer' || vartype === 'real') return isSameNumber(row, wanted);
  // Words have other spellings, which the server shows in its own: there it tells whether it has taken one at all.
  return words(setting) === words(wanted) || isFromPatroni(row);
}

/** Whether the value is from the file or the command line that Patroni writes. */
export function isFromPatroni({ source, sourcefile }: SettingInForce): boolean {
  return source === 'command line' || (sourcefile?.endsWith('/postgresql.conf') ?? false);
}

/** PostgreSQL rounds to whole ones of the parameter's own unit where it is no real number. */
function isSameNumber({ setting, unit, vartype }: SettingInForce, wanted: ParameterValue): boolean {
  const own = numberOf(setting);
  const asked = inUnit(wanted, unit);
  if (asked === undefined || Number.isNaN(own)) return false;
  return vartype === 'integer' ? Math.abs(asked - own) <= 1 : Math.abs(asked - own) <= Math.abs(own) * 1e-6;
}

function inUnit(wanted: ParameterValue, unit: string | null): number | undefined {
  const [, number = '', given = ''] =
    /^\s*([-+]?[\d.]+(?:e[-+]?\d+)?|[-+]?0x[\da-f]+)\s*([a-z]*)\s*$/i.exec(String(wanted)) ?? [];
  const value = numberOf(number);
  if (Number.isNaN(value)) return undefined;
  if (given === '') return value;
  const [, pages = '', base = ''] = /^(\d*)(.*)$/.exec(unit ?? '') ?? [];
  const [from, to] = [units[given], units[base]];
  return from === undefined || to === undefined ? undefined : (value * from) / (to * Number(pages || 1));
}

/** Octal and hexadecimal too, as PostgreSQL reads whole numbers. */
function numberOf(text: string): number {
  if (text === '') return Number.NaN;
  return /^[-+]?0[\dx]/i.test(text) ? (parseInteger(text) ?? Number.NaN) : Number(text);
}

function words(value: ParameterValue): string {
  return String(value)
    .split(',')
    .map((word) => word.trim().replace(/^"(.*)"$/, '$1'))
    .join(',')
    .toLowerCase();
}
