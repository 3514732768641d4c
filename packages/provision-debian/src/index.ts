export { chosenPostgres, findPrograms, memberPath, type FoundPrograms } from './programs.js';
export { programMissing, providePrograms, type ProgramsRequest, type ProvisionEvent } from './provide-programs.js';
