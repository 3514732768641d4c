import { describe, expect, it } from 'vitest';
import { parseEngineVersion } from './engine.js';

describe('parseEngineVersion', () => {
  it('reads the version of Citus', () => {
    const text = 'Citus 13.2.2 on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit';
    expect(parseEngineVersion(text)).toEqual({ kind: 'citus', version: '13.2.2' });
  });

  it('reads the version of a Citus that is not released yet', () => {
    expect(parseEngineVersion('Citus 14.0devel on aarch64')).toEqual({ kind: 'citus', version: '14.0devel' });
  });

  it('tells the stand-in from Citus', () => {
    const text = 'Citus stand-in 13.2 (citus-ha) on PostgreSQL 15.18';
    expect(parseEngineVersion(text)).toEqual({ kind: 'standin', version: '13.2' });
  });

  it('refuses the text of anything else, and shows it', () => {
    expect(() => parseEngineVersion('CockroachDB')).toThrow('"CockroachDB"');
  });
});
