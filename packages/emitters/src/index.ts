export { renderCompose } from './compose.js';
export { dynamicConfiguration } from './dynamic-configuration.js';
export { enableEtcdAccess, etcdUsers, rootLogin, type EtcdRequest, type EtcdUser } from './etcd-access.js';
export { nodeCommonName } from './node-certificate.js';
export { restUser } from './patroni.js';
export { patroniScope, type PatroniScope } from './patroni-scope.js';
export { renderFolder } from './render-folder.js';
export { renderMember } from './render-member.js';
export type { RenderedMember, RenderInput } from './rendering.js';
