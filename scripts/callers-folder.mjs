const { INIT_CWD, npm_lifecycle_event: script = '' } = process.env;

/** Paths, and the cluster.yaml to find, are those of the caller's folder: npm runs a script in the folder of its package.json. */
export function enterCallersFolder() {
  if (INIT_CWD && ['citus-ha', 'up', 'down'].includes(script)) process.chdir(INIT_CWD);
}
