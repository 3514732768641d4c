import type { MemberSpec } from '@citus-ha/config';
import { CodedError, waitFor } from '@citus-ha/core';
import { patroniScope, scopeLogin } from '@citus-ha/emitters';
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
 * Gives a running member's Patroni the login to etcd and nothing else of what is new for it, so that etcd can be closed before
 * it begins a new life: a Patroni that has a login does not start on an etcd that asks for none. Its client takes
 * `authentication is not enabled` for any failed precondition, since etcd 3.5 names it in another field (Patroni 4.0, etcd3.py).
 * Resolves once it goes by it.
 *
 * @throws CodedError `LOGIN_NOT_TAKEN` naming the member.
 */
export async function teachLogin(cluster: ClusterHandle, member: MemberSpec): Promise<void> {
  const { spec, site, record, runtime } = cluster;
  const { name } = member;
  const login = scopeLogin(record.secrets, patroniScope(spec, record.engine, member).scope);
  if (login === undefined) return;
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
  await waitForNextLoop(cluster, name);
}

/**
 * Until Patroni has taken what it was told to reload, which it does before a loop of its own. It tells when it saw etcd last,
 * in seconds: a second change of that is from a loop that began after this was called.
 */
async function waitForNextLoop(cluster: ClusterHandle, name: string): Promise<void> {
  const seen = new Set<number>();
  await waitFor({
    what: `${name} to take its new configuration`,
    member: name,
    probe: async () => {
      const { dcsLastSeen } = await cluster.patroni(name).status();
      return dcsLastSeen !== null && seen.add(dcsLastSeen.getTime()).size > 2;
    },
    timeoutMs: 120_000,
    intervalMs: 200,
    signal: cluster.signal,
    fix: `See its log: \`citus-ha logs ${name}\`.`,
  });
}
