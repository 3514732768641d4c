/**
 * A script for bash that bounds $dir/log, to which others append: what is in it beyond a size becomes log.1, at once and then
 * for as long as the shell that runs it lives. What looks after it later ends with that shell, whose descriptor 7 it reads.
 */
export function boundLogScript({ maxBytes, everySeconds }: LogBounds): string {
  return `
bound_log() {
  if [ "$(stat -c %s "$dir/log")" -le ${maxBytes} ]; then return; fi
  cp -p "$dir/log" "$dir/log.1"
  : >"$dir/log"
}
bound_log
exec 7> >(exec 9>&-; while read -r -t ${everySeconds}; [ $? -gt 128 ]; do bound_log; done)
`;
}

export interface LogBounds {
  readonly maxBytes: number;
  readonly everySeconds: number;
}
