export { findRealPrograms, type RealPrograms } from './real-programs.js';
export { freeUrl, RealServers } from './real-servers.js';
export { sendToEtcd } from './send-to-etcd.js';
