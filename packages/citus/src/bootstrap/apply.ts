import { CodedError, codeOf, isCodedError, messageOf } from '@citus-ha/core';
import type { ClientBase } from 'pg';
import { readNodes, type NodeAddress } from '../nodes.js';
import { activateNode } from '../repair.js';
import { withConnection, type ServerAddress } from '../server-connection.js';
import { waitForCoordinatorNode } from './coordinator-node.js';
import { waitForMetadataSync } from './metadata-sync.js';
import { maintenanceDatabase } from './observe.js';
import { describeStep, nodeName, type BootstrapStep } from './plan.js';
import type { BootstrapRequest } from './request.js';

/**
 * Applies steps in order; what has been applied stays when a later one fails, and the next plan goes on from there.
 *
 * @throws CodedError `NODE_KNOWN_BY_ANOTHER_NAME` where a worker is registered already under another name;
 *   `BOOTSTRAP_FAILED` naming the step; errors of connections and of the engine's installer as they are.
 */
export async function applyBootstrap(request: BootstrapRequest, steps: readonly BootstrapStep[]): Promise<void> {
  for (const step of steps) {
    request.signal?.throwIfAborted();
    request.onStep?.(step);
    try {
      await applyStep(request, step);
    } catch (error) {
      throw explain(step, error);
    }
  }
}

async function applyStep(request: BootstrapRequest, step: BootstrapStep): Promise<unknown> {
  switch (step.kind) {
    case 'createDatabase':
      return on(request, step.server, (client) => createDatabase(client, step.database), maintenanceDatabase);
    case 'createStatistics':
      return on(request, step.server, createStatistics);
    case 'installEngine':
      return on(request, step.server, (client) => request.engine.install(client));
    case 'createLogin': {
      const { login } = request.coordinator;
      return login && on(request, step.server, (client) => client.query(login.create));
    }
    case 'setCoordinatorHost':
      return onCoordinator(request, 'SELECT citus_set_coordinator_host($1, $2)', [step.node.host, step.node.port]);
    case 'addNode':
      await waitForCoordinatorNode(coordinatorOf(request), request);
      await waitForMetadataSync(coordinatorOf(request), request);
      return onCoordinator(request, 'SELECT citus_add_node($1, $2)', [step.node.host, step.node.port]);
    case 'updateNode':
      await waitForMetadataSync(coordinatorOf(request), request);
      return onCoordinator(request, 'SELECT citus_update_node($1, $2, $3)', [
        step.nodeId,
        step.node.host,
        step.node.port,
      ]);
  }
  return activate(request, step.node);
}

function on<T>(
  { coordinator, workers }: BootstrapRequest,
  name: string,
  task: (client: ClientBase) => Promise<T>,
  database?: string,
): Promise<T> {
  const found = [coordinator, ...workers].find((server) => server.name === name);
  if (!found) throw new CodedError('MEMBER_UNKNOWN', `There is no server named ${name}`, { member: name });
  const { server } = found;
  return withConnection({ ...server, member: name, database: database ?? server.database }, task, noStatementTimeout);
}

async function activate(request: BootstrapRequest, { host, port }: NodeAddress): Promise<void> {
  const worker = request.workers.find(({ node }) => node.host === host && node.port === port);
  await on(request, request.coordinator.name, async (coordinator) => {
    const node = (await readNodes(coordinator)).find((one) => one.host === host && one.port === port);
    if (worker && node) await on(request, worker.name, (server) => activateNode(coordinator, node, server));
  });
}

function coordinatorOf({ coordinator: { server, name } }: BootstrapRequest): ServerAddress {
  return { ...server, member: name };
}

function onCoordinator(request: BootstrapRequest, sql: string, values: readonly unknown[]): Promise<unknown> {
  return on(request, request.coordinator.name, (client) => client.query(sql, [...values]));
}

/** Registering and activating copy metadata and reference tables, which takes as long as it takes. */
const noStatementTimeout = { statementTimeoutMs: 0 };

async function createDatabase(client: ClientBase, database: string): Promise<void> {
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
}

/** Every server gets its own, so Citus need not repeat it on the others (which it forbids on workers). */
async function createStatistics(client: ClientBase): Promise<void> {
  await client.query('SET citus.enable_ddl_propagation = off');
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
}

const deadlockDetected = '40P01';

function explain(step: BootstrapStep, cause: unknown): unknown {
  if (isCodedError(cause)) return cause;
  if (step.kind === 'addNode' && codeOf(cause) === deadlockDetected) {
    const message =
      `Citus reported a deadlock while registering ${nodeName(step.node)}, as it does when that server is registered ` +
      'already under another name';
    return new CodedError('NODE_KNOWN_BY_ANOTHER_NAME', message, {
      fix: 'Compare pg_dist_node with the addresses of the workers, and remove or update the node with the old name.',
      cause,
    });
  }
  return new CodedError('BOOTSTRAP_FAILED', `Could not ${describeStep(step)}: ${messageOf(cause)}`, {
    fix: 'Mend what the message names and run bootstrap again; it goes on where it stopped.',
    cause,
  });
}
