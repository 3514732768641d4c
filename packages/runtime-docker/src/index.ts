export { canRunInDocker, createDockerRuntime, type DockerRuntimeOptions } from './docker-runtime.js';
