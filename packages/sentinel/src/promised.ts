import { promiseFor, promiseInputOf, type ClusterHandle, type PromiseTarget } from '@citus-ha/cluster';

/** For how long no write comes through at worst, by what a sentinel makes of a fault; nothing where that has no bound. */
export function promised(
  cluster: ClusterHandle,
  fault: string,
  target: PromiseTarget,
): { readonly promisedMs?: number } {
  const write = promiseFor({ ...promiseInputOf(cluster), sentinel: true }, fault, target)?.write;
  return write?.bound === 'at-most' ? { promisedMs: write.ms } : {};
}
