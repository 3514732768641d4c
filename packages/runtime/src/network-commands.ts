import { holdPackets } from '@citus-ha/member-agent';
import {
  networkDelays,
  networkRules,
  type AddressOf,
  type NetworkCapability,
  type NetworkFault,
} from './network-faults.js';

/** Prints, a line each, what kernel and programs permit in a network namespace; to be run as root of one that nobody needs. */
export const networkProbe: readonly string[] = [
  'sh',
  '-c',
  `exec 2>/dev/null
dropping() { nft "table inet probe { chain probe { type filter hook input priority 0; $1 drop; }; }"; }
dropping 'numgen random mod 1000 < 1' && echo partition
dropping 'limit rate over 1000 bytes/second' && echo slowNetwork
iptables -w -t mangle -A INPUT -j NFQUEUE --queue-num 1 --queue-bypass &&
  python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)' && echo delay`,
];

/** What {@link networkProbe} printed. */
export function parseNetworkProbe(output: string): ReadonlySet<NetworkCapability> {
  const known: readonly NetworkCapability[] = ['partition', 'slowNetwork', 'delay'];
  const printed = new Set(output.split('\n'));
  return new Set(known.filter((capability) => printed.has(capability)));
}

/** What brings faults about in a member's network namespace, to be run there as root. */
export interface NetworkCommands {
  /** Puts losses and rates in place of all faults set before, and ends what holds packets back. */
  readonly shape: readonly string[];
  /** To be run after it: each holds packets back from when it prints `ready` until the next shape; must not outlive the member. */
  readonly hold: readonly (readonly string[])[];
}

/** @throws CodedError `NETWORK_FAULT` for effects that are none. */
export function networkCommands(faults: readonly NetworkFault[], addressOf: AddressOf): NetworkCommands {
  const rules = networkRules(faults, addressOf);
  const delays = networkDelays(faults, addressOf);
  return {
    shape: ['sh', '-c', 'iptables -w -t mangle -F INPUT 2>/dev/null; exec nft "$0"', rules],
    hold: delays.map(({ delayMs, match }) => [
      'python3',
      '-c',
      holdPackets.content,
      String(Math.round(delayMs)),
      ...match,
    ]),
  };
}
