export type { ContractSubject, RuntimeContractOptions } from './contract-suite.js';
export { shellPrograms, type ContractPrograms } from './programs.js';
export { runtimeContract } from './runtime-contract.js';
