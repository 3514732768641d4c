import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { databaseMembers, etcdMembers, membersOf, type MemberKind } from '@citus-ha/config';
import { waitFor } from '@citus-ha/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderMember } from './render-member.js';
import type { RenderedMember } from './rendering.js';
import { exampleSpecs } from './testing/example-specs.js';
import { localSite } from './testing/local-site.js';

/** A command line; Debian 12's own Patroni is too old to run a cluster, but reads the same file. */
const patroni = (process.env['CITUS_HA_TEST_PATRONI'] ?? 'patroni').split(' ');
const versions = {
  patroni: versionOf(patroni),
  etcd: versionOf(['etcd']),
  haproxy: versionOf(['haproxy'], '-v'),
  postgres: newestPostgres(),
};

describe.each(exampleSpecs)('the files of the %s example', (_, spec) => {
  const folder = mkdtempSync(join(tmpdir(), 'it\'s "a" #place-'));
  const running: ChildProcess[] = [];
  const site = localSite(spec, {
    block: '127.0.41',
    folder,
    patroni,
    versions: {
      patroni: versions.patroni ?? '4.0.7',
      etcd: versions.etcd ?? '3.5',
      haproxy: versions.haproxy ?? '3.0',
      postgres: versions.postgres ?? 15,
    },
    proxyListen: '127.0.41.99',
    namesResolve: false,
  });
  const rendered = membersOf(spec).map((member) =>
    renderMember(
      { spec, site, secrets: { superuser: "s:up'er #1", replication: 'rep\\l' }, engine: 'standin' },
      member,
    ),
  );

  beforeAll(() => {
    for (const { path, content, mode } of rendered.flatMap(({ files }) => files)) {
      mkdirSync(join(dirname(path), 'run'), { recursive: true });
      writeFileSync(path, content, { mode });
    }
  });

  afterAll(async () => {
    for (const child of running) if (child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });

  test('are accepted by haproxy -c without a warning', ({ skip }) => {
    skip(versions.haproxy === undefined, 'haproxy is not installed');
    for (const { command } of ofKind('proxy')) {
      const check = spawnSync(command[0] ?? '', ['-c', ...command.slice(1)], { encoding: 'utf8' });
      expect({ status: check.status, said: check.stderr.trim() }).toEqual({ status: 0, said: '' });
    }
  });

  test('start etcd members that are healthy together', async ({ skip }) => {
    skip(versions.etcd === undefined, 'etcd is not installed');
    for (const { command } of ofKind('etcd')) {
      running.push(spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' }));
    }
    for (const { name } of etcdMembers(spec)) {
      const answer = await waitFor({
        what: `${name} to be healthy`,
        member: name,
        timeoutMs: 30_000,
        probe: async (signal) => {
          const response = await fetch(`http://${site.members[name]?.address}:2379/health`, { signal });
          return response.ok && (await response.json());
        },
      });
      expect(answer).toMatchObject({ health: 'true' });
    }
  });

  test('pass patroni --validate-config on every member', ({ skip }) => {
    skip(versions.patroni === undefined || versions.etcd === undefined, 'patroni or etcd is not installed');
    skip(versions.postgres === undefined, 'there is no PostgreSQL in /usr/lib/postgresql');
    const [program = '', ...prefix] = patroni;
    for (const { name } of databaseMembers(spec)) {
      const args = [...prefix, '--validate-config', site.members[name]?.configFile ?? ''];
      const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
      expect({ name, findings: `${stdout}${stderr}`.split('\n').filter(isFinding) }).toEqual({ name, findings: [] });
    }
  });

  function ofKind(kind: MemberKind): readonly RenderedMember[] {
    return rendered.filter((member) => member.kind === kind);
  }
});

/** Patroni 4.0 runs quorum mode, but its own check does not know the word. */
function isFinding(line: string): boolean {
  return line !== '' && line !== 'bootstrap.dcs.synchronous_mode quorum is not a boolean';
}

function versionOf([command = '', ...args]: readonly string[], flag = '--version'): string | undefined {
  try {
    return /\d+(\.\d+)+/.exec(execFileSync(command, [...args, flag], { encoding: 'utf8' }))?.[0];
  } catch {
    return undefined;
  }
}

function newestPostgres(): number | undefined {
  try {
    const majors = readdirSync('/usr/lib/postgresql').map(Number);
    return majors.length > 0 ? Math.max(...majors) : undefined;
  } catch {
    return undefined;
  }
}
