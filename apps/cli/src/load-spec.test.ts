import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findConfig, loadSpec } from './load-spec.js';

describe('the configuration that a command takes', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'citus-ha-config-')));
    mkdirSync(join(folder, 'deep', 'down'), { recursive: true });
    vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'deep', 'down'));
    vi.stubEnv('CITUS_HA_CONFIG', undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('is the nearest cluster.yaml upward', () => {
    writeFileSync(join(folder, 'cluster.yaml'), 'name: far\n');
    expect(loadSpec(undefined).name).toBe('far');
    writeFileSync(join(folder, 'deep', 'cluster.yaml'), 'name: near\n');
    expect(loadSpec(undefined).name).toBe('near');
  });

  it('is what is named, before the environment, before the nearest', () => {
    writeFileSync(join(folder, 'cluster.yaml'), 'name: nearest\n');
    vi.stubEnv('CITUS_HA_CONFIG', '/from/environment.yaml');
    expect(findConfig(undefined)).toBe('/from/environment.yaml');
    expect(findConfig('/from/option.yaml')).toBe('/from/option.yaml');
  });

  it('is the built-in default where there is none', () => {
    expect(loadSpec(undefined)).toMatchObject({ name: 'citusap', coordinators: { count: 2 }, workers: { count: 3 } });
  });

  it('is an error with a fix where the named file cannot be read', () => {
    expect(() => loadSpec(join(folder, 'nowhere.yaml'))).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', blame: 'user' }) as Error,
    );
  });
});
