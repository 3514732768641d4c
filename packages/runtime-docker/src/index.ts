export { isEngineWanted } from './engine.js';
export { imageSetFiles } from './image-set.js';
export { canRunInDocker } from './can-run-in-docker.js';
export { createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.js';
