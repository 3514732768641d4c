export { createRoutes, type Route, type Routes, type RoutesOptions } from './routes.js';
