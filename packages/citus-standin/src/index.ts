export { standinEngine } from './standin-engine.js';
