import type { Way } from '@citus-ha/core';
import type { Runtime } from '@citus-ha/runtime';

/** How clients get to a port of a member. */
export function wayTo({ runtime }: { readonly runtime: Runtime }, member: string, port: number): Way {
  return (options) => runtime.connect(member, port, options);
}
