import { describe, expect, it } from 'vitest';
import { networkDelays, networkRules } from './network-faults.js';

const addressOf = (peer: string) => ({ etcd: '198.18.11.1', worker1: '198.18.11.4' })[peer] ?? 'unknown';

describe('the rules of network faults', () => {
  it('cut both ways, or one', () => {
    const cut = { peers: ['etcd', 'worker1'], effect: { loss: 1 } } as const;
    expect(networkRules([{ ...cut, direction: 'both' }], addressOf)).toBe(`table inet citus_ha
delete table inet citus_ha
table inet citus_ha {
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr { 198.18.11.1, 198.18.11.4 } drop
  }
  chain output {
    type filter hook output priority 0; policy accept;
    ip daddr { 198.18.11.1, 198.18.11.4 } drop
  }
}
`);
    expect(networkRules([{ ...cut, direction: 'in' }], addressOf)).not.toContain('daddr');
  });

  it('leave the loopback alone when everyone is meant', () => {
    const rules = networkRules([{ peers: 'all', direction: 'both', effect: { loss: 0.25 } }], addressOf);
    expect(rules).toContain('iifname != "lo" numgen random mod 1000 < 250 drop');
    expect(rules).toContain('oifname != "lo" numgen random mod 1000 < 250 drop');
  });

  it('keep to a rate in bytes', () => {
    const rules = networkRules([{ peers: ['etcd'], direction: 'out', effect: { rate: 256 } }], addressOf);
    expect(rules).toContain('ip daddr { 198.18.11.1 } limit rate over 32000 bytes/second drop');
  });

  it('take all away when there are none', () => {
    expect(networkRules([], addressOf)).toBe('table inet citus_ha\ndelete table inet citus_ha\n');
  });

  it('are none for delays, which are of what comes in', () => {
    const delay = { peers: ['etcd', 'worker1'], direction: 'in', effect: { delayMs: 100 } } as const;
    expect(networkRules([delay], addressOf)).not.toContain('ip saddr');
    expect(networkDelays([delay, { ...delay, peers: 'all' }, { ...delay, effect: { loss: 1 } }], addressOf)).toEqual([
      { delayMs: 100, match: ['-s', '198.18.11.1,198.18.11.4'] },
      { delayMs: 100, match: ['!', '-i', 'lo'] },
    ]);
  });

  it.each([
    { direction: 'both', effect: { delayMs: 100 } } as const,
    { direction: 'in', effect: { delayMs: 0 } } as const,
  ])('refuse %j', (fault) => {
    expect(() => networkDelays([{ peers: 'all', ...fault }], addressOf)).toThrow(
      expect.objectContaining({ code: 'NETWORK_FAULT' }),
    );
  });

  it.each([{ loss: 0 }, { loss: 1.5 }, { loss: Number.NaN }, { rate: 0 }])('refuse %j', (effect) => {
    expect(() => networkRules([{ peers: 'all', direction: 'in', effect }], addressOf)).toThrow(
      expect.objectContaining({ code: 'NETWORK_FAULT' }),
    );
  });
});
