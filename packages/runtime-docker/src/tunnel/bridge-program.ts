/**
 * Runs in a member: joins its own streams to servers at the member's address, as {@link Message}s on its standard input and output
 * say. It ends with its input. Perl, because it is in every image that is made from Debian, and starts in some milliseconds.
 */
export function bridgeCommand(address: string, windowBytes: number): readonly string[] {
  return ['perl', '-e', program, address, String(windowBytes)];
}

const program = String.raw`
use strict;
use Errno;
use Fcntl;
use Socket;

my ($address, $window) = @ARGV;
my ($in, $out, %streams) = ('', '');
$SIG{PIPE} = 'IGNORE';

sub unblocked { my ($handle) = @_; fcntl $handle, F_SETFL, O_NONBLOCK | fcntl $handle, F_GETFL, 0 }
sub say_of { my ($type, $id, $content) = (@_, ''); $out .= pack('aNN', $type, $id, length $content) . $content }
sub failure { (grep { $!{$_} } keys %!)[0] }
sub is_early { $!{EAGAIN} || $!{EINTR} }
sub forget { my ($id) = @_; my $stream = delete $streams{$id}; close $stream->{socket} if $stream }
sub fail { my ($id) = @_; say_of('F', $id, failure()); forget($id) }

sub open_stream {
  my ($id, $port) = @_;
  socket my $socket, PF_INET, SOCK_STREAM, 0 or return say_of('F', $id, failure());
  unblocked($socket);
  setsockopt $socket, 6, 1, 1;
  $streams{$id} = { socket => $socket, connecting => 1, credit => $window, owed => 0, out => '' };
  connect $socket, pack_sockaddr_in($port, inet_aton($address)) or $!{EINPROGRESS} or fail($id);
}

sub obey {
  my ($type, $id, $content) = @_;
  return open_stream($id, unpack 'N', $content) if $type eq 'O';
  my $stream = $streams{$id} or return;
  if ($type eq 'D') { $stream->{out} .= $content }
  elsif ($type eq 'C') { $stream->{credit} += unpack 'N', $content }
  elsif ($type eq 'E') { $stream->{ending} = 1 }
  elsif ($type eq 'R') { forget($id) }
}

sub take_orders {
  my $read = sysread STDIN, $in, 262144, length $in;
  exit if defined $read ? $read == 0 : !is_early();
  while (length $in >= 9) {
    my ($type, $id, $length) = unpack 'aNN', $in;
    last if length $in < 9 + $length;
    obey($type, $id, substr $in, 9, $length);
    substr $in, 0, 9 + $length, '';
  }
}

sub write_out {
  my $written = syswrite STDOUT, $out, 262144;
  exit unless defined $written || is_early();
  substr $out, 0, $written // 0, '';
}

sub connected {
  my ($id, $stream) = @_;
  $! = unpack 'i', getsockopt $stream->{socket}, SOL_SOCKET, SO_ERROR;
  return fail($id) if $!;
  $stream->{connecting} = 0;
  say_of('O', $id);
}

sub send_on {
  my ($id, $stream) = @_;
  my $sent = syswrite $stream->{socket}, $stream->{out};
  return is_early() || fail($id) unless defined $sent;
  substr $stream->{out}, 0, $sent, '';
  $stream->{owed} += $sent;
  return if $stream->{owed} < $window / 4;
  say_of('C', $id, pack 'N', $stream->{owed});
  $stream->{owed} = 0;
}

sub receive {
  my ($id, $stream) = @_;
  my $read = sysread $stream->{socket}, my $bytes, $stream->{credit} < 65536 ? $stream->{credit} : 65536;
  return is_early() || fail($id) unless defined $read;
  $stream->{credit} -= $read;
  say_of($read ? 'D' : 'E', $id, $bytes);
  $stream->{heard} = 1 unless $read;
}

unblocked($_) for \*STDIN, \*STDOUT;
say_of('H', 0);
for (;;) {
  my ($reads, $writes) = ('', '');
  vec($reads, 0, 1) = 1;
  vec($writes, 1, 1) = 1 if length $out;
  for (values %streams) {
    my $fd = fileno $_->{socket};
    vec($reads, $fd, 1) = 1 if !$_->{connecting} && !$_->{heard} && $_->{credit} > 0 && length $out < 1048576;
    vec($writes, $fd, 1) = 1 if $_->{connecting} || length $_->{out};
  }
  next if select($reads, $writes, undef, undef) < 0;
  for my $id (keys %streams) {
    my $stream = $streams{$id};
    my $fd = fileno $stream->{socket};
    if (vec $writes, $fd, 1) { $stream->{connecting} ? connected($id, $stream) : send_on($id, $stream) }
    receive($id, $stream) if $streams{$id} && vec $reads, $fd, 1;
  }
  take_orders() if vec $reads, 0, 1;
  for my $id (keys %streams) {
    my $stream = $streams{$id};
    next if $stream->{connecting} || !$stream->{ending} || length $stream->{out};
    shutdown $stream->{socket}, 1 unless $stream->{said}++;
    forget($id) if $stream->{heard};
  }
  write_out() if length $out && vec $writes, 1, 1;
}
`;
