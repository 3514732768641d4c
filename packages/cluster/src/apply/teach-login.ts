import type { MemberSpec } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { patroniScope, scopeLogin } from '@citus-ha/emitters';
import { isDatabase } from '../commands/maintain.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { siteOf } from '../places.js';

const script = `
import json, sys, yaml
with open(sys.argv[1], encoding="utf-8") as file:
    config = yaml.safe_load(file)
config["etcd3"].update(json.load(sys.stdin))
with open(sys.argv[1], "w", encoding="utf-8") as file:
    yaml.safe_dump(config, file)
`;

/**
 * Gives running members' Patroni the login to etcd and nothing else of what is new for them, so that etcd can be closed before
 * any of them begins a new life: a Patroni that has a login does not start on an etcd that asks for none. Its client takes
 * `authentication is not enabled` for any failed precondition, since etcd 3.5 names it in another field (Patroni 4.0, etcd3.py).
 *
 * @throws CodedError `LOGIN_NOT_TAKEN` naming the member.
 */
export async function teachLogins(cluster: ClusterHandle, living: readonly MemberSpec[]): Promise<void> {
  const { spec, site, record, runtime } = cluster;
  for (const member of living.filter((one) => isDatabase(cluster, one))) {
    const { name } = member;
    const login = scopeLogin(record.secrets, patroniScope(spec, record.engine, member).scope);
    if (login === undefined) continue;
    const input = JSON.stringify({ username: login.user, password: login.password });
    const command = ['python3', '-c', script, siteOf(site, name).configFile];
    const { exitCode, stderr } = await runtime.exec(name, command, { input });
    if (exitCode !== 0) {
      throw new CodedError('LOGIN_NOT_TAKEN', `${name} cannot be given its login to etcd: ${stderr.trim()}`, {
        member: name,
        fix: 'Run `citus-ha up` again; or `citus-ha down` first, which interrupts the service.',
      });
    }
    await cluster.patroni(name).reload();
  }
}
