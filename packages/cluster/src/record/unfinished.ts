import type { ClusterStore } from '@citus-ha/runtime';

const key = 'updating';

/** Whether a run ended after it wrote definitions that running members had not taken yet. */
export async function isUpdateUnfinished(store: ClusterStore): Promise<boolean> {
  return (await store.read(key)) !== undefined;
}

/** Notes until the task has ended that members are being updated, so that an interrupted run is finished by the next one. */
export async function whileUpdating(store: ClusterStore, task: () => Promise<void>): Promise<void> {
  await store.write(key, 'definitions were written that members may not have taken yet');
  await task();
  await store.remove(key);
}
