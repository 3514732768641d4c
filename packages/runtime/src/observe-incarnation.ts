import type { Member, Observation } from './runtime.js';

/** A member has one life at a time, so another one proves the end of the life that is asked for. */
export async function observeIncarnation(look: () => Promise<Member>, id: string): Promise<Observation> {
  try {
    const { state, incarnation } = await look();
    if (incarnation === undefined) return 'unknown';
    if (incarnation.id !== id) return 'dead';
    if (state === 'exited') return 'dead';
    return state === 'running' || state === 'paused' ? 'alive' : 'unknown';
  } catch {
    return 'unknown';
  }
}
