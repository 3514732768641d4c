import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';

/** Runs a program again after its end, later each time that it ends within a minute, until it is told to end itself. */
const supervise = `trap 'kill $child 2>/dev/null; wait $child; exit 0' TERM INT
pause=1
while :; do
  began=$(date +%s)
  "$@" & child=$!
  wait $child
  [ $(($(date +%s) - began)) -lt 60 ] || pause=1
  sleep $pause & child=$!
  wait $child
  pause=$((pause < 32 ? pause * 2 : 60))
done`;

/**
 * citus-ha's own `sentinel`, again whenever it ends, which in containers is the engine's work. It is told which cluster it watches; all
 * else is in the cluster's record.
 */
export function renderSentinelMember({ spec, site }: RenderInput, member: MemberSpec): RenderedMember {
  const { configFile } = placeOf(site, member.name);
  const program = site.programs.sentinel;
  if (program === undefined) {
    throw new CodedError('MEMBER_KIND_UNSUPPORTED', `A ${site.runtime} cluster cannot have a sentinel of its own`, {
      member: member.name,
      fix: 'Set sentinel.enabled: false.',
    });
  }
  const command = [...program, 'sentinel', '--json', '-c', configFile];
  const content = JSON.stringify({ name: spec.name, runtime: site.runtime, local: spec.local });
  return {
    ...member,
    command: site.runtime === 'docker' ? command : ['sh', '-c', supervise, 'sentinel', ...command],
    env: {},
    files: [{ path: configFile, content: `${content}\n`, mode: 0o644 }],
    ports: {},
  };
}
