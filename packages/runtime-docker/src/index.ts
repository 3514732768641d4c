export { isEngineWanted } from './engine.js';
export { imageSetFiles } from './image-set.js';
export { canRunInDocker, createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.js';
