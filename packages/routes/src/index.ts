export { createMemoryPooler, type MemoryPooler } from './memory-pooler.js';
export { createPooler, type OpenTransaction, type Pooler, type PoolerOptions } from './pooler.js';
export { createRoutes, type Route, type Routes, type RoutesOptions } from './routes.js';
