/** The commands that the contract's members run; an adapter that simulates them has its own. */
export interface ContractPrograms {
  /** Prints `line 1` to `line 5`, then runs until it is asked to end, prints `bye` and ends with 0. */
  readonly calm: readonly string[];
  /** Prints `ready` and does not end when asked to. */
  readonly stubborn: readonly string[];
  /** Prints `broken` and ends with 7. */
  readonly failing: readonly string[];
  /** Takes connections at {@link serverPorts} of an address, and prints `serving` once it does. */
  readonly serving: (address: string) => readonly string[];
}

export const serverPorts = {
  /** Sends back what it gets, then `bye`. */
  echo: 7001,
  /** Sends `hello`, ends its half, and prints `heard N` once the other one has ended after N bytes. */
  listener: 7002,
} as const;

/** Programs for anything that has a POSIX shell and Perl, which every Debian has. */
export const shellPrograms: ContractPrograms = {
  calm: shell(
    `trap 'echo bye; exit 0' TERM; for n in 1 2 3 4 5; do echo "line $n"; done; while :; do sleep 0.02; done`,
  ),
  stubborn: shell(`trap '' TERM; echo ready; while :; do sleep 0.02; done`),
  failing: shell('echo broken; exit 7'),
  serving: (address) => ['perl', '-e', server, address],
};

const server = `
use strict;
use IO::Select;
use IO::Socket::INET;
$| = 1;
$SIG{CHLD} = 'IGNORE';
my ($address) = @ARGV;
my @ports = (${serverPorts.echo}, ${serverPorts.listener});
my ($echo, $listener) = map {
  IO::Socket::INET->new(LocalAddr => $address, LocalPort => $_, Listen => 128, ReuseAddr => 1) or die "$_: $!"
} @ports;
my $select = IO::Select->new($echo, $listener);
print "serving\\n";
for (;;) {
  for my $ready ($select->can_read) {
    my $client = $ready->accept or next;
    if (fork) { close $client; next }
    my ($all, $bytes) = 0;
    unless ($ready == $echo) { syswrite $client, 'hello'; shutdown $client, 1 }
    while (sysread $client, $bytes, 65536) {
      $all += length $bytes;
      next unless $ready == $echo;
      my $sent = 0;
      $sent += syswrite($client, $bytes, 65536, $sent) // exit while $sent < length $bytes;
    }
    if ($ready == $echo) { syswrite $client, 'bye' } else { print "heard $all\\n" }
    exit;
  }
}
`;

function shell(script: string): readonly string[] {
  return ['sh', '-c', script];
}
