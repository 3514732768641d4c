export { findRealPrograms, type RealPrograms } from './real-programs.js';
export { freeUrl, RealServers } from './real-servers.js';
