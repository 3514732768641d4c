import { coordinators, defaultClusterSpec, type MemberSpec } from '@citus-ha/config';
import { expect, it } from 'vitest';
import { restartMember } from './maintain.js';
import { simulatePatroni } from '../testing/simulated-patroni.js';

const spec = defaultClusterSpec();
const [first] = coordinators(spec) as [MemberSpec];

it('says why a PostgreSQL does not start again, and what unsets a parameter', async () => {
  const why = 'FATAL:  could not map anonymous shared memory: Cannot allocate memory';
  const leader = { role: 'leader', state: 'running', timeline: 1, restartFails: true, log: [why] };
  const simulation = await simulatePatroni(spec, { 'coord-1': leader });
  await expect(simulation.run((cluster) => restartMember(cluster, first))).rejects.toMatchObject({
    code: 'START_FAILED',
    member: 'coord-1',
    message: expect.stringContaining(why) as string,
    fix: expect.stringContaining('citus-ha config edit --group 0 --set postgresql.parameters.NAME=') as string,
  });
});
