export { chosenPostgres, findPrograms, memberPath, type FoundPrograms } from './programs.js';
export { programMissing, providePrograms, type ProgramsRequest } from './provide-programs.js';
