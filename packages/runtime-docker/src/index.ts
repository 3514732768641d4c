export { isEngineWanted } from './engine-address.js';
export { imageSetFiles } from './image-set-files.js';
export { canRunInDocker } from './can-run-in-docker.js';
export { createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.js';
