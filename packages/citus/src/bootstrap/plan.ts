import type { CitusNode, NodeAddress } from '../nodes.js';

/** One change that brings a cluster nearer to what is asked for; plain data. */
export type BootstrapStep =
  | { readonly kind: 'createDatabase'; readonly server: string; readonly database: string }
  | { readonly kind: 'createStatistics'; readonly server: string }
  | { readonly kind: 'installEngine'; readonly server: string }
  | { readonly kind: 'createLogin'; readonly server: string; readonly role: string }
  | { readonly kind: 'setCoordinatorHost'; readonly node: NodeAddress }
  | { readonly kind: 'addNode'; readonly node: NodeAddress }
  | { readonly kind: 'updateNode'; readonly nodeId: number; readonly from: NodeAddress; readonly node: NodeAddress }
  | { readonly kind: 'activateNode'; readonly node: NodeAddress };

/** What a cluster should have. */
export interface DesiredCluster {
  readonly database: string;
  readonly coordinator: {
    readonly name: string;
    readonly node?: NodeAddress | undefined;
    readonly login?: { readonly role: string } | undefined;
  };
  readonly workers: readonly { readonly name: string; readonly node: NodeAddress }[];
}

/** What one server was seen to have. */
export interface ServerState {
  readonly database: boolean;
  /** The extension pg_stat_statements. */
  readonly statistics: boolean;
  readonly engine: boolean;
  /** The role that is asked for; where none is, absent. */
  readonly login?: boolean;
}

/** What a cluster was seen to have. */
export interface ClusterState {
  /** By server name. */
  readonly servers: Readonly<Record<string, ServerState>>;
  /** The coordinator's `pg_dist_node`; empty where the engine is not installed yet. */
  readonly nodes: readonly CitusNode[];
}

/**
 * The steps from what was seen to what is asked for, none where nothing is missing: servers are prepared, workers first;
 * then known nodes are mended, since Citus takes no new one before; then new ones are registered. Nodes that are
 * registered and not asked for are left alone.
 */
export function planBootstrap(desired: DesiredCluster, seen: ClusterState): readonly BootstrapStep[] {
  const servers = [...desired.workers, desired.coordinator].flatMap(({ name }) =>
    planServer(name, desired.database, seen.servers[name]),
  );
  const workers = desired.workers.flatMap((worker) => planWorker(worker, desired, seen));
  return [
    ...servers,
    ...planLogin(desired.coordinator, seen.servers),
    ...planCoordinator(desired.coordinator.node, seen.nodes),
    ...workers.filter(({ kind }) => kind !== 'addNode'),
    ...workers.filter(({ kind }) => kind === 'addNode'),
  ];
}

function planServer(server: string, database: string, state: ServerState | undefined): BootstrapStep[] {
  const steps: BootstrapStep[] = [];
  if (!state?.database) steps.push({ kind: 'createDatabase', server, database });
  if (!state?.statistics) steps.push({ kind: 'createStatistics', server });
  if (!state?.engine) steps.push({ kind: 'installEngine', server });
  return steps;
}

function planLogin(
  { name, login }: DesiredCluster['coordinator'],
  servers: ClusterState['servers'],
): readonly BootstrapStep[] {
  return login && !servers[name]?.login ? [{ kind: 'createLogin', server: name, role: login.role }] : [];
}

function planCoordinator(node: NodeAddress | undefined, nodes: readonly CitusNode[]): BootstrapStep[] {
  if (!node || nodes.some((known) => known.groupId === 0 && isSame(known, node))) return [];
  return [{ kind: 'setCoordinatorHost', node }];
}

function planWorker(
  { name, node }: DesiredCluster['workers'][number],
  desired: DesiredCluster,
  seen: ClusterState,
): BootstrapStep[] {
  const workers = seen.nodes.filter((known) => known.groupId !== 0);
  const known = workers.find((worker) => isSame(worker, node));
  if (known) {
    const isWhole = known.active && seen.servers[name]?.engine;
    return isWhole ? [] : [{ kind: 'activateNode', node }];
  }
  const isAskedFor = (worker: CitusNode): boolean => desired.workers.some((other) => isSame(other.node, worker));
  const moved = workers.find((worker) => worker.host === node.host && !isAskedFor(worker));
  if (!moved) return [{ kind: 'addNode', node }];
  const from = { host: moved.host, port: moved.port };
  const update: BootstrapStep = { kind: 'updateNode', nodeId: moved.nodeId, from, node };
  return moved.active ? [update] : [update, { kind: 'activateNode', node }];
}

function isSame(a: NodeAddress, b: NodeAddress): boolean {
  return a.host === b.host && a.port === b.port;
}

/** A step as a line for people: "register worker1:5432". */
export function describeStep(step: BootstrapStep): string {
  switch (step.kind) {
    case 'createDatabase':
      return `create the database ${step.database} on ${step.server}`;
    case 'createStatistics':
      return `create pg_stat_statements on ${step.server}`;
    case 'installEngine':
      return `install the engine on ${step.server}`;
    case 'createLogin':
      return `create the role ${step.role} on ${step.server}`;
    case 'setCoordinatorHost':
      return `register the coordinator as ${nodeName(step.node)}`;
    case 'addNode':
      return `register ${nodeName(step.node)}`;
    case 'updateNode':
      return `move node ${step.nodeId} from ${nodeName(step.from)} to ${nodeName(step.node)}`;
  }
  return `activate ${nodeName(step.node)}`;
}

export function nodeName({ host, port }: NodeAddress): string {
  return `${host}:${port}`;
}
