export { dynamicConfiguration } from './dynamic-configuration.js';
export { patroniScope, type PatroniScope } from './patroni-scope.js';
export { renderMember } from './render-member.js';
export type { RenderedMember, RenderInput } from './rendering.js';
