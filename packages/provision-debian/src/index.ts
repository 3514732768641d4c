export { checkDataRights } from './data-rights.js';
export { checkDataVersion, majorOfData } from './data-version.js';
export { memberAccount, type Account } from './member-account.js';
export {
  chosenPostgres,
  findPrograms,
  memberPath,
  type FoundPrograms,
  type Network,
  type ProgramsWanted,
} from './programs.js';
export { programMissing, providePrograms, type ProgramsRequest } from './provide-programs.js';
