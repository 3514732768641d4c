export { chosenPostgres, findPrograms, memberPath, type FoundPrograms, type Network } from './programs.js';
export { programMissing, providePrograms, type ProgramsRequest, type ProvisionEvent } from './provide-programs.js';
