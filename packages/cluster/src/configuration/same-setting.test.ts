import { describe, expect, it } from 'vitest';
import { sameSetting, type SettingInForce } from './same-setting.js';

function row(vartype: string, setting: string, unit: string | null = null, source = 'default'): SettingInForce {
  const sourcefile = source === 'configuration file' ? '/data/postgresql.conf' : null;
  return { name: 'x', setting, unit, vartype, source, sourcefile, context: 'user', pendingRestart: false };
}

describe('a setting in force', () => {
  it.each([
    [row('integer', '9216', 'kB'), '9MB'],
    [row('integer', '16384', '8kB'), '128MB'],
    [row('integer', '16384', '8kB'), 16384],
    [row('integer', '1000', 'ms'), '1s'],
    [row('integer', '300', 's'), ' 5 min'],
    [row('integer', '1536', 'MB'), '1.5GB'],
    [row('integer', '-1', 'ms'), -1],
    [row('integer', '0640'), '0640'],
    [row('real', '1.5'), 1.5],
    [row('real', '2', 'ms'), '2000us'],
    [row('bool', 'off'), 'no'],
    [row('bool', 'on'), true],
    [row('enum', 'on'), 'ON'],
    [row('enum', 'debug2', null, 'configuration file'), 'debug'],
    [row('string', 'citus,pg_cron'), 'citus, "pg_cron"'],
  ])('%o is what %s asks for', (shown, wanted) => {
    expect(sameSetting(shown, wanted)).toBe(true);
  });

  it.each([
    [row('integer', '4096', 'kB'), 'lots'],
    [row('integer', '4096', 'kB'), '9MB'],
    [row('integer', '4096', 'kB'), '4096s2'],
    [row('integer', '100'), '100kB'],
    [row('bool', 'off'), 'on'],
    [row('bool', 'off'), 'maybe'],
    [row('real', '4'), 1.5],
    [row('enum', 'notice'), 'loud'],
    [row('string', 'ISO, MDY'), 'German'],
  ])('%o is not what %s asks for', (shown, wanted) => {
    expect(sameSetting(shown, wanted)).toBe(false);
  });
});
