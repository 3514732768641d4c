export {
  citusEngine,
  engineVersion,
  hasExtension,
  parseEngineVersion,
  type EngineInstaller,
  type EngineKind,
  type EngineVersion,
} from './engine.js';
export {
  readActiveWorkers,
  readNodeLinks,
  readReached,
  readNodes,
  type CitusNode,
  type NodeAddress,
  type NodeLink,
} from './nodes.js';
export {
  judgeNodes,
  judgeTables,
  onlyCopies,
  type HeldShards,
  type MissingPlacements,
  type TableRedundancy,
} from './judge-redundancy.js';
export { copyPlacements, type CopyOptions, type CopyProgress, type LackingTable } from './copy-placements.js';
export { activateNode, aheadOfOthers, commitDecided, proveWrites, retireNode } from './repair.js';
export { readHeldShards, readShardCopies, type ShardCopy } from './shard-copies.js';
export { readPlacements, readShards, readShardSizes, type Placement, type Shard } from './placements.js';
export { MemoryServers, type MemoryServersOptions, type ServerRole } from './memory-servers.js';
export { SharedSessions } from './shared-sessions.js';
export { connect, withConnection, type ConnectOptions, type ServerAddress } from './server-connection.js';
export { applyBootstrap } from './bootstrap/apply.js';
export { bootstrap, desiredOf, type BootstrapResult } from './bootstrap/bootstrap.js';
export { waitForMetadataSync } from './bootstrap/metadata-sync.js';
export { maintenanceDatabase, observeCluster } from './bootstrap/observe.js';
export {
  describeStep,
  planBootstrap,
  type BootstrapStep,
  type ClusterState,
  type DesiredCluster,
  type ServerState,
} from './bootstrap/plan.js';
export type { BootstrapRequest, CoordinatorServer, ServerLogin, WorkerServer } from './bootstrap/request.js';
