import type { RequestOptions } from '@citus-ha/core';
import { EtcdConnection, type EtcdEndpoint, type EtcdLogin } from '../etcd-connection.js';

/** Any request of etcd's gateway by its path, for what users of the port never do. @throws CodedError as the port does. */
export async function sendToEtcd(
  { endpoint, login }: { readonly endpoint: EtcdEndpoint | undefined; readonly login?: EtcdLogin | undefined },
  path: string,
  body: object,
  options?: RequestOptions,
): Promise<void> {
  if (!endpoint) throw new Error('No etcd endpoint is known');
  await new EtcdConnection(login).send(endpoint, path, body, options);
}
