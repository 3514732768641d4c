/** The ports that members listen on, in both runtimes: each member has an address of its own. */
export const ports = { postgres: 5432, patroni: 8008, lag: 8009, etcdClient: 2379, etcdPeer: 2380 } as const;
