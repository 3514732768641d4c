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
  readNodes,
  type CitusNode,
  type NodeAddress,
  type NodeLink,
} from './nodes.js';
export {
  readPlacements,
  readRedundancy,
  readShards,
  readShardSizes,
  type Placement,
  type Redundancy,
  type Shard,
} from './placements.js';
export { connect, withConnection, type ConnectOptions, type ServerAddress } from './server-connection.js';
