import { CodedError } from '@citus-ha/core';

/** What is done to the packets between a member and others. */
export interface NetworkFault {
  /** Names of members; `all` for everyone but the member itself. The proxy stands for this machine and its clients. */
  readonly peers: readonly string[] | 'all';
  /** As the member sees it. A delay is of what comes `in`, and so part of every round trip. */
  readonly direction: 'in' | 'out' | 'both';
  /**
   * `loss`: a share of the packets, from above 0 to 1, where 1 cuts the line. `rate`: what goes beyond these kbit/s is
   * dropped. `delayMs`: packets arrive so many milliseconds later.
   */
  readonly effect: { readonly loss: number } | { readonly rate: number } | { readonly delayMs: number };
}

/** What can be done to members' networks, where they have networks of their own. */
export type NetworkCapability = 'partition' | 'slowNetwork' | 'delay';

/** The IPv4 address that a peer's packets bear. */
export type AddressOf = (peer: string) => string;

/**
 * The rules of nft(8) that bring losses and rates about in a member's network namespace, in place of those set before.
 *
 * @throws CodedError `NETWORK_FAULT` for a loss or a rate that is none.
 */
export function networkRules(faults: readonly NetworkFault[], addressOf: AddressOf): string {
  const rules = (direction: 'in' | 'out') =>
    faults
      .filter((fault) => fault.direction === direction || fault.direction === 'both')
      .flatMap((fault) => {
        const verdict = verdictOf(fault);
        return verdict === undefined ? [] : [`    ${matchOf(fault, direction, addressOf)}${verdict}`];
      });
  const cleared = [`table inet ${table}`, `delete table inet ${table}`];
  if (faults.length === 0) return [...cleared, ''].join('\n');
  const chains = [chain('input', rules('in')), chain('output', rules('out'))];
  return [...cleared, `table inet ${table} {`, ...chains, '}', ''].join('\n');
}

/** How long what comes in is held back, and iptables(8)'s match for what that is. */
export interface Delay {
  readonly delayMs: number;
  readonly match: readonly string[];
}

/** @throws CodedError `NETWORK_FAULT` for a delay that is none, or of what is sent. */
export function networkDelays(faults: readonly NetworkFault[], addressOf: AddressOf): readonly Delay[] {
  return faults.flatMap(({ peers, direction, effect }) => {
    if (!('delayMs' in effect)) return [];
    const { delayMs } = effect;
    if (!(delayMs > 0)) throw invalid('delayMs', delayMs, 'milliseconds above 0');
    if (direction !== 'in') throw invalid('direction', direction, 'in: what is sent cannot be held back');
    return [{ delayMs, match: peers === 'all' ? ['!', '-i', 'lo'] : ['-s', peers.map(addressOf).join(',')] }];
  });
}

const table = 'citus_ha';

function chain(hook: 'input' | 'output', rules: readonly string[]): string {
  return [`  chain ${hook} {`, `    type filter hook ${hook} priority 0; policy accept;`, ...rules, '  }'].join('\n');
}

function matchOf({ peers }: NetworkFault, direction: 'in' | 'out', addressOf: AddressOf): string {
  if (peers === 'all') return direction === 'in' ? 'iifname != "lo" ' : 'oifname != "lo" ';
  return `ip ${direction === 'in' ? 'saddr' : 'daddr'} { ${peers.map(addressOf).join(', ')} } `;
}

/** `undefined` for what is no matter of rules. */
function verdictOf({ effect }: NetworkFault): string | undefined {
  if ('delayMs' in effect) return undefined;
  if ('rate' in effect) {
    if (!(effect.rate > 0)) throw invalid('rate', effect.rate, 'a number of kbit/s above 0');
    return `limit rate over ${Math.max(1, Math.round((effect.rate * 1000) / 8))} bytes/second drop`;
  }
  if (!(effect.loss > 0 && effect.loss <= 1)) throw invalid('loss', effect.loss, 'a share above 0, at most 1');
  return effect.loss === 1 ? 'drop' : `numgen random mod 1000 < ${Math.max(1, Math.round(effect.loss * 1000))} drop`;
}

function invalid(key: string, value: number | string, wanted: string): CodedError {
  return new CodedError('NETWORK_FAULT', `A network fault's ${key} cannot be ${value}`, {
    blame: 'user',
    fix: `Give ${wanted}.`,
  });
}
