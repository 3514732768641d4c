export { runtimeContract, type ContractSubject, type RuntimeContractOptions } from './runtime-contract.js';
export { shellPrograms, type ContractPrograms } from './programs.js';
