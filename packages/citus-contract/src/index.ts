export { engineContract, type EngineContractOptions } from './engine-contract.js';
export { findPostgresBinDir, hasCitusFiles } from './postgres-bin-dir.js';
export { startPostgresServers, type PostgresServers, type PostgresServersOptions } from './postgres-servers.js';
