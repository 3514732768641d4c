import { defaultClusterSpec, type ParameterValue } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import type { SettingInForce } from './same-setting.js';
import { settingProblems } from './settings-in-force.js';

const spec = defaultClusterSpec();

function row(name: string, setting: string, change: Partial<SettingInForce> = {}): SettingInForce {
  const shown = { name, setting, unit: null, vartype: 'enum', source: 'default', sourcefile: null };
  return { ...shown, context: 'user', pendingRestart: false, ...change };
}

function found(rows: readonly SettingInForce[], parameters: Readonly<Record<string, ParameterValue>> = {}, own = {}) {
  const asked = { ...spec, postgres: { ...spec.postgres, parameters } };
  const rendered = { 'citus.recover_2pc_interval': '10s', ...parameters };
  return settingProblems(asked, { name: 'worker1', group: 7, pendingRestart: false, rendered, ...own }, rows);
}

const auto = { source: 'configuration file', sourcefile: '/data/postgresql.auto.conf' };
const ofPatroni = { source: 'configuration file', sourcefile: '/data/postgresql.conf' };
const workMem = row('work_mem', '4096', { vartype: 'integer', unit: 'kB' });

describe('the settings in force', () => {
  it.each([
    ['ALTER SYSTEM', auto, 'ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()'],
    ['ALTER ROLE', { source: 'user' }, 'ALTER ROLE postgres RESET synchronous_commit'],
    ['ALTER DATABASE', { source: 'database' }, 'ALTER DATABASE postgres RESET synchronous_commit'],
    [
      'the dynamic configuration',
      ofPatroni,
      'citus-ha config edit --group 7 --set postgresql.parameters.synchronous_commit=',
    ],
  ])('are a problem where %s has undone what is promised', (_, change, fix) => {
    const [problem, ...others] = found([row('synchronous_commit', 'off', change)]);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'SETTING_UNSAFE', member: 'worker1' });
    expect(problem?.message).toContain('worker1 has synchronous_commit = off (from ');
    expect(problem?.fix).toContain(fix);
  });

  it('are well as citus-ha itself sets them, and only so', () => {
    const interval = (setting: string) =>
      row('citus.recover_2pc_interval', setting, { vartype: 'integer', unit: 'ms', ...ofPatroni });
    expect(found([interval('10000'), row('synchronous_commit', 'on')])).toEqual([]);
    expect(found([interval('60000')])).toMatchObject([{ code: 'SETTING_UNSAFE' }]);
  });

  it('are a problem where PostgreSQL has not got what cluster.yaml asks for', () => {
    expect(found([workMem], { work_mem: 'lots' })).toMatchObject([
      {
        code: 'SETTING_NOT_IN_FORCE',
        message: 'worker1 has work_mem = 4096kB, though postgres.parameters.work_mem is "lots"',
        fix: expect.stringContaining('cluster.yaml') as string,
      },
    ]);
    expect(found([workMem], { work_mem: '4MB' })).toEqual([]);
  });

  it('are sent where the file of initdb has them still', () => {
    const ofInitdb = { ...workMem, ...ofPatroni, sourcefile: '/data/postgresql.base.conf' };
    expect(found([ofInitdb], { work_mem: '9MB' })).toMatchObject([{ fix: 'Send it: `citus-ha up`.' }]);
  });

  it('are not judged by what is of a session, of the server itself, or due at a restart', () => {
    expect(found([{ ...workMem, source: 'database' }], { work_mem: '9MB' })).toEqual([]);
    expect(found([{ ...workMem, source: 'override' }], { work_mem: '9MB' })).toEqual([]);
    expect(found([{ ...workMem, pendingRestart: true }], { work_mem: '9MB' })).toEqual([]);
    const buffers = row('shared_buffers', '16384', { vartype: 'integer', unit: '8kB', context: 'postmaster' });
    expect(found([buffers], { shared_buffers: '1GB' }, { pendingRestart: true })).toEqual([]);
  });

  it('are nothing to say of what a server does not know', () => {
    expect(found([], { 'pg_cron.host': 'localhost' })).toEqual([]);
  });
});
