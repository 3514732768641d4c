import { defaultClusterSpec } from '@citus-ha/config';
import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.js';
import { switchover } from './change-leader.js';
import { simulatePatroni, type SimulatedMember } from '../testing/simulated-patroni.js';

const leader: SimulatedMember = { role: 'leader', state: 'running', timeline: 1 };
const standby: SimulatedMember = { role: 'replica', state: 'starting', timeline: 1 };

describe('a switchover right after a start', () => {
  it('waits until the standby streams and is synchronous, and says so once', async () => {
    const events: ClusterEvent[] = [];
    let looks = 0;
    const simulation = await simulatePatroni(
      defaultClusterSpec(),
      { 'coord-1': leader, 'coord-2': standby },
      (asked, members) => {
        if (asked === 'GET /cluster') looks += 1;
        if (looks === 5) members.set('coord-2', { role: 'replica', state: 'streaming', timeline: 1 });
        if (looks === 10) members.set('coord-2', { role: 'sync_standby', state: 'streaming', timeline: 1 });
        if (asked !== 'POST /switchover') return;
        members.set('coord-1', { role: 'replica', state: 'streaming', timeline: 2 });
        members.set('coord-2', { role: 'leader', state: 'running', timeline: 2 });
      },
    );
    const change = await simulation.run((cluster) =>
      switchover({ ...cluster, onEvent: (event) => events.push(event) }),
    );
    expect(change).toEqual({ from: 'coord-1', to: 'coord-2', timeline: 2, waitedMs: null });
    expect(simulation.requests.filter((asked) => asked.startsWith('POST'))).toEqual(['POST /switchover']);
    expect(events).toEqual([
      { type: 'waiting-for-candidate', reason: 'No standby is fit to lead: coord-2 is starting' },
    ]);
  });

  it('does not wait for a standby that does not run', async () => {
    const simulation = await simulatePatroni(defaultClusterSpec(), { 'coord-1': leader, 'coord-2': standby });
    await simulation.cluster.runtime.kill('coord-2');
    await expect(simulation.run(switchover)).rejects.toMatchObject({ code: 'NO_CANDIDATE' });
  });
});
