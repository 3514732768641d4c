import { CodedError } from '@citus-ha/core';
import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeOfLostOutput, reportError, requireDirectory } from './report-error.js';

describe('an error that ends a command', () => {
  let printed: string[];

  beforeEach(() => {
    printed = [];
    vi.spyOn(console, 'error').mockImplementation((text: string) => void printed.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('exits with 2 when it is the user who has to change something, else with 1', () => {
    expect(reportError(new CodedError('CONFIG_INVALID', 'a key is unknown', { blame: 'user' }))).toBe(2);
    expect(reportError(new CodedError('PORT_TAKEN', 'a port is taken'))).toBe(1);
    expect(reportError(new Error('unforeseen'))).toBe(1);
  });

  it('says what failed, its code, its cause and the fix', () => {
    const cause = new Error('connect ECONNREFUSED');
    reportError(new CodedError('ETCD_UNREACHABLE', 'etcd does not answer', { cause, fix: 'Start etcd.' }));
    const text = printed.join('\n');
    for (const part of ['etcd does not answer', 'ETCD_UNREACHABLE', 'connect ECONNREFUSED', 'Start etcd.'])
      expect(text).toContain(part);
  });

  it('is one JSON object on standard output where JSON was asked for, with the same exit code', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const error = new CodedError('TIMEOUT', 'Waited', {
      member: 'coord-1',
      fix: 'Start it.',
      cause: new Error('down'),
    });
    expect(reportError(error, ['status', '--json'])).toBe(1);
    expect(reportError(error, ['exec', 'coord-1', '--', 'program', '--json'])).toBe(1);
    expect(reportError(new CommanderError(1, 'commander.unknownOption', 'error: unknown option'), ['--json'])).toBe(2);
    expect(write.mock.calls.map(([text]) => JSON.parse(String(text)) as unknown)).toEqual([
      { version: 1, error: { code: 'TIMEOUT', message: 'Waited', member: 'coord-1', fix: 'Start it.', cause: 'down' } },
      { version: 1, error: { code: 'USAGE', message: 'unknown option', member: null, fix: null, cause: null } },
    ]);
  });

  it('says that its output is lost, but to a reader that has seen enough', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(codeOfLostOutput(full)).toBe(1);
    expect(printed.join()).toContain('OUTPUT_FAILED');
    printed.length = 0;
    expect(codeOfLostOutput(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))).toBe(0);
    expect(printed).toEqual([]);
  });

  it('asks for a working directory that is there', () => {
    const gone = Object.assign(new Error('uv_cwd'), { code: 'ENOENT' });
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw gone;
    });
    expect(requireDirectory).toThrow(expect.objectContaining({ code: 'DIRECTORY_GONE', blame: 'user', cause: gone }));
  });

  it('leaves to the argument parser what it has printed itself', () => {
    expect(reportError(new CommanderError(1, 'commander.unknownOption', 'unknown option'))).toBe(2);
    expect(reportError(new CommanderError(0, 'commander.helpDisplayed', 'help'))).toBe(0);
    expect(printed).toEqual([]);
  });
});
