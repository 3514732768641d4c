import { CodedError } from '@citus-ha/core';

/** What is done to the packets between a member and others. */
export interface NetworkFault {
  /** Names of members; `all` for everyone but the member itself. The proxy stands for this machine and its clients. */
  readonly peers: readonly string[] | 'all';
  /** As the member sees it. */
  readonly direction: 'in' | 'out' | 'both';
  /** `loss`: a share of the packets, from above 0 to 1, where 1 cuts the line. `rate`: what goes beyond these kbit/s is dropped. */
  readonly effect: { readonly loss: number } | { readonly rate: number };
}

/**
 * The rules of nft(8) that bring these faults about in a member's network namespace, in place of those set before.
 *
 * @param addressOf The IPv4 address that a peer's packets bear.
 * @throws CodedError `NETWORK_FAULT` for a loss or a rate that is none.
 */
export function networkRules(faults: readonly NetworkFault[], addressOf: (peer: string) => string): string {
  const rules = (direction: 'in' | 'out') =>
    faults
      .filter((fault) => fault.direction === direction || fault.direction === 'both')
      .map((fault) => `    ${matchOf(fault, direction, addressOf)}${verdictOf(fault)}`);
  const cleared = [`table inet ${table}`, `delete table inet ${table}`];
  if (faults.length === 0) return [...cleared, ''].join('\n');
  const chains = [chain('input', rules('in')), chain('output', rules('out'))];
  return [...cleared, `table inet ${table} {`, ...chains, '}', ''].join('\n');
}

const table = 'citus_ha';

function chain(hook: 'input' | 'output', rules: readonly string[]): string {
  return [`  chain ${hook} {`, `    type filter hook ${hook} priority 0; policy accept;`, ...rules, '  }'].join('\n');
}

function matchOf({ peers }: NetworkFault, direction: 'in' | 'out', addressOf: (peer: string) => string): string {
  if (peers === 'all') return direction === 'in' ? 'iifname != "lo" ' : 'oifname != "lo" ';
  return `ip ${direction === 'in' ? 'saddr' : 'daddr'} { ${peers.map(addressOf).join(', ')} } `;
}

function verdictOf({ effect }: NetworkFault): string {
  if ('rate' in effect) {
    if (!(effect.rate > 0)) throw invalid('rate', effect.rate, 'a number of kbit/s above 0');
    return `limit rate over ${Math.max(1, Math.round((effect.rate * 1000) / 8))} bytes/second drop`;
  }
  if (!(effect.loss > 0 && effect.loss <= 1)) throw invalid('loss', effect.loss, 'a share above 0, at most 1');
  return effect.loss === 1 ? 'drop' : `numgen random mod 1000 < ${Math.max(1, Math.round(effect.loss * 1000))} drop`;
}

function invalid(key: string, value: number, wanted: string): CodedError {
  return new CodedError('NETWORK_FAULT', `A network fault's ${key} cannot be ${value}`, {
    blame: 'user',
    fix: `Give ${wanted}.`,
  });
}
