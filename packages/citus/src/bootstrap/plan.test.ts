import { describe, expect, it } from 'vitest';
import type { CitusNode } from '../nodes.js';
import { describeStep, planBootstrap, type ClusterState, type DesiredCluster, type ServerState } from './plan.js';

const names = ['worker1', 'worker2', 'worker3'];
const address = (host: string): { host: string; port: number } => ({ host, port: 5432 });
const desired: DesiredCluster = {
  database: 'chat',
  coordinator: { name: 'coord-1', node: address('coord-1') },
  workers: names.map((name) => ({ name, node: address(name) })),
};

const whole: ServerState = { database: true, statistics: true, engine: true };

function node(groupId: number, host: string, changes: Partial<CitusNode> = {}): CitusNode {
  const isWorker = groupId > 0;
  return {
    nodeId: groupId + 1,
    groupId,
    ...address(host),
    role: 'primary',
    active: true,
    shouldHaveShards: isWorker,
    ...changes,
  };
}

const allNodes = [node(0, 'coord-1'), ...names.map((name, index) => node(index + 1, name))];

function seen(nodes: readonly CitusNode[], servers: Record<string, ServerState> = {}): ClusterState {
  const all = [...names, 'coord-1'].map((name) => [name, servers[name] ?? whole]);
  return { servers: Object.fromEntries(all) as ClusterState['servers'], nodes };
}

const plan = (state: ClusterState, wanted = desired): string[] => planBootstrap(wanted, state).map(describeStep);

describe('planBootstrap', () => {
  it('prepares the workers, then the coordinator, then registers nodes in their order', () => {
    expect(plan({ servers: {}, nodes: [] }).join('\n')).toMatchInlineSnapshot(`
      "create the database chat on worker1
      create pg_stat_statements on worker1
      install the engine on worker1
      create the database chat on worker2
      create pg_stat_statements on worker2
      install the engine on worker2
      create the database chat on worker3
      create pg_stat_statements on worker3
      install the engine on worker3
      create the database chat on coord-1
      create pg_stat_statements on coord-1
      install the engine on coord-1
      register the coordinator as coord-1:5432
      register worker1:5432
      register worker2:5432
      register worker3:5432"
    `);
  });

  it('plans nothing where nothing is missing', () => {
    expect(plan(seen(allNodes))).toEqual([]);
  });

  it('finishes a run that was interrupted between two workers', () => {
    expect(plan(seen(allNodes.slice(0, 2)))).toEqual(['register worker2:5432', 'register worker3:5432']);
  });

  it('activates a worker that is registered and inactive', () => {
    const nodes = allNodes.with(2, node(2, 'worker2', { active: false }));
    expect(plan(seen(nodes))).toEqual(['activate worker2:5432']);
  });

  it('gives a registered worker without the engine both the engine and its metadata', () => {
    const bare = { ...whole, engine: false };
    expect(plan(seen(allNodes, { worker3: bare }))).toEqual(['install the engine on worker3', 'activate worker3:5432']);
  });

  it('mends the nodes it has before it registers new ones', () => {
    const nodes = [node(0, 'coord-1'), node(2, 'worker2', { active: false })];
    expect(plan(seen(nodes))).toEqual(['activate worker2:5432', 'register worker1:5432', 'register worker3:5432']);
  });

  it('moves a worker that is registered with another port', () => {
    const nodes = allNodes.with(1, node(1, 'worker1', { port: 5433 }));
    expect(plan(seen(nodes))).toEqual(['move node 2 from worker1:5433 to worker1:5432']);
  });

  it('tells workers on one host apart by their ports', () => {
    const workers = [5432, 5433].map((port, index) => ({ name: names[index] ?? '', node: { host: 'box', port } }));
    const nodes = [node(0, 'coord-1'), node(1, 'box')];
    expect(plan(seen(nodes), { ...desired, workers })).toEqual(['register box:5433']);
  });

  it('moves the coordinator to the leader of today', () => {
    expect(plan(seen(allNodes.with(0, node(0, 'coord-2'))))).toEqual(['register the coordinator as coord-1:5432']);
  });

  it('leaves the coordinator to Patroni where no address is asked for', () => {
    expect(plan(seen(allNodes.slice(1)), { ...desired, coordinator: { name: 'coord-1' } })).toEqual([]);
  });

  it('leaves nodes alone that nobody asked for', () => {
    expect(plan(seen([...allNodes, node(7, 'worker9', { active: false })]))).toEqual([]);
  });
});
