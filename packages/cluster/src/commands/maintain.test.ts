import { coordinators, defaultClusterSpec, type MemberSpec } from '@citus-ha/config';
import { afterEach, expect, it } from 'vitest';
import { restartMember } from './maintain.js';
import { simulatePatroni, type Simulation } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();
const [first] = coordinators(spec) as [MemberSpec];

let simulation: Simulation | undefined;
afterEach(() => simulation?.close());

it('says why a PostgreSQL does not start again, and what unsets a parameter', async () => {
  const why = 'FATAL:  could not map anonymous shared memory: Cannot allocate memory';
  const leader = { role: 'leader', state: 'running', timeline: 1, restartFails: true, log: [why] };
  simulation = await simulatePatroni(spec, { 'coord-1': leader });
  await expect(restartMember(simulation.cluster, first)).rejects.toMatchObject({
    code: 'START_FAILED',
    member: 'coord-1',
    message: expect.stringContaining(why) as string,
    fix: expect.stringContaining('citus-ha config edit --group 0 --set postgresql.parameters.NAME=') as string,
  });
});
