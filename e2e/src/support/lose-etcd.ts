import type { Runtime } from '@citus-ha/runtime';

/** Kills every member at once, as a machine that loses power does, and removes what etcd had. */
export async function loseEtcd(runtime: Runtime): Promise<void> {
  const members = await runtime.members();
  const others = members.filter(({ kind, state }) => kind !== 'etcd' && state === 'running');
  await Promise.all(others.map(({ name }) => runtime.kill(name)));
  const site = await runtime.site();
  for (const { name } of members.filter(({ kind }) => kind === 'etcd')) {
    await runtime.exec(name, ['rm', '-rf', site?.members[name]?.dataDir ?? '']);
    await runtime.kill(name);
  }
}
