export { crashingAfter } from './crash.js';
export { SimulatedCluster } from './simulated-cluster.js';
