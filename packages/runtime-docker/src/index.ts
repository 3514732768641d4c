export { isEngineWanted } from './engine-address.js';
export { imageSetFiles } from './image-set-files.js';
export { canRunInDocker, createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.js';
