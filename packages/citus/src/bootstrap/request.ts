import type { EngineInstaller } from '../engine.js';
import type { NodeAddress } from '../nodes.js';
import type { ServerAddress } from '../server-connection.js';
import type { BootstrapStep } from './plan.js';

/** A worker: where this process reaches it, and where the other nodes do. */
export interface WorkerServer {
  /** Its member name, for steps and errors. */
  readonly name: string;
  readonly server: ServerAddress;
  /** How it is registered in `pg_dist_node`. */
  readonly node: NodeAddress;
}

/** A role, with what it needs. */
export interface ServerLogin {
  readonly role: string;
  /** A query of one column, `present`: whether all of it is there. */
  readonly look: string;
  /** Statements that make it so, and can be repeated. */
  readonly create: string;
}

/** The coordinator's leader. */
export interface CoordinatorServer extends Omit<WorkerServer, 'node'> {
  /** A role of its database besides those that the servers were made with. */
  readonly login?: ServerLogin;
  /** How it is registered as group 0; absent where Patroni's `citus` section does that. */
  readonly node?: NodeAddress;
}

export interface BootstrapRequest {
  readonly coordinator: CoordinatorServer;
  /** In the order in which they get their groups; other nodes that are registered stay as they are. */
  readonly workers: readonly WorkerServer[];
  readonly engine: EngineInstaller;
  /** How long to wait for each server and for all links between nodes, 60,000 ms unless told. */
  readonly timeoutMs?: number;
  /** Told of every step before it is applied. */
  readonly onStep?: (step: BootstrapStep) => void;
  readonly signal?: AbortSignal | undefined;
}
