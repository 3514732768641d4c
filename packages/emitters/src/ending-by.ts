/** The beginning of a command: the program after it is ended by this signal, when its member is asked to end by SIGTERM. */
export function endingBy(signal: 'INT' | 'KILL', setup = ''): readonly string[] {
  const script = `${setup}"$@" & child=$!
trap 'kill -${signal} $child 2>/dev/null' TERM INT
while kill -0 $child 2>/dev/null; do wait $child; done`;
  return ['sh', '-c', script];
}
