import { expect, test } from 'vitest';
import { haproxyConfig } from './haproxy.js';

const settings = {
  servers: [{ name: 'pg1', address: '10.0.0.11' }],
  maxConnections: 100,
  listen: '0.0.0.0',
  ports: { write: 5000, read: 5001, stats: 7000 },
  runDir: '/run/haproxy',
  check: { intervalMs: 1000, fastIntervalMs: 200, fall: 3, rise: 1 },
};

test('HAProxy asks for the age of a standby only where a limit of it is given', () => {
  const [bySize, byAge] = [{ size: '1MB' }, { size: '1MB', ms: 30_000 }].map((readLag) =>
    haproxyConfig({ ...settings, readLag }),
  );
  expect(bySize).not.toContain('agent-check');
  expect(byAge).toContain('agent-send 30000');
});

test('who reads from the leader counts among its clients, of which the last connections are kept', () => {
  const config = haproxyConfig({ ...settings, readLag: { size: '1MB' } });
  expect(config).toContain('server pg1 10.0.0.11:5432 maxconn 80 check');
  expect(config).toContain('bind unix@/run/haproxy/read.sock');
  expect(config).toContain('server leader unix@/run/haproxy/read.sock backup');
});
