import { isDeepStrictEqual } from 'node:util';
import { createRecord, type Site } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import { etcdSecretPath, patroniScope, readPatroniYaml, scopeLogin, type ReadPatroniYaml } from '@citus-ha/emitters';
import type { Member } from '@citus-ha/runtime';
import { readRecord, writeRecord, type ClusterRecord } from './cluster-record.js';
import type { ClusterContext } from '../context.js';

/** The record in the store of the cluster, else the one that its members' files give; `undefined` where there is no cluster. */
export async function findRecord(context: ClusterContext, site: Site): Promise<ClusterRecord | undefined> {
  const kept = await readRecord(context.runtime.store);
  if (kept) return kept;
  const rebuilt = await rebuildRecord(context, site);
  if (rebuilt) context.onEvent?.({ type: 'record-lost' });
  return rebuilt;
}

/** The same of a cluster that may not be there. */
export async function peekRecord(context: ClusterContext): Promise<ClusterRecord | undefined> {
  const site = await context.runtime.site();
  return site ? findRecord(context, site) : readRecord(context.runtime.store);
}

/** The same, kept again where it was lost. */
export async function keepRecord(context: ClusterContext): Promise<ClusterRecord | undefined> {
  const { store } = context.runtime;
  const kept = await readRecord(store);
  if (kept) return kept;
  const rebuilt = await peekRecord(context);
  if (rebuilt) await writeRecord(store, rebuilt);
  return rebuilt;
}

interface Found extends ReadPatroniYaml {
  readonly kind: Member['kind'];
  readonly path: string;
}

/**
 * What the files of a cluster's members say of it. They do not say which PostgreSQL parameters cluster.yaml had set (one
 * that is left out since stays set), nor the key of the authority that nodes' certificates are of: `up` makes those anew. Of the
 * spec it has what may not be changed, by the files; the rest is unknown until the next `up`.
 *
 * @throws CodedError `RECORD_LOST` naming the file that is missing; `RECORD_FOREIGN` naming one that is not of this cluster,
 * or contradicts another.
 */
export async function rebuildRecord(context: ClusterContext, site: Site): Promise<ClusterRecord | undefined> {
  const members = await context.runtime.members();
  const databases = members.filter(({ kind }) => kind === 'coordinator' || kind === 'worker');
  if (databases.length === 0) return undefined;
  const found = (await Promise.all(databases.map((member) => readMember(context, site, member)))).filter(
    (one) => one !== undefined,
  );
  const first = found.find(({ kind }) => kind === 'coordinator');
  if (!first) throw lost('no coordinator has its patroni.yml any more');
  const other = found.find((one) => !isDeepStrictEqual(loginsOf(one), loginsOf(first)));
  if (other) throw foreign(other.path, other.member, `its logins are not those in ${first.path}`);
  const passwords = { superuser: first.superuser.password, replication: first.replication.password };
  const etcd = members.filter(({ kind }) => kind === 'etcd');
  const secret = await readEtcdSecret(context, site, etcd, first);
  return createRecord(
    {
      engine: first.citusDatabase === undefined ? 'standin' : 'citus',
      secrets: { ...passwords, ...(secret !== undefined && { etcd: secret }) },
    },
    {
      ...(first.citusDatabase !== undefined && { postgres: { database: first.citusDatabase } }),
      credentials: { superuser: first.superuser.username, replication: first.replication.username },
      etcd: { count: etcd.length },
    },
  );
}

function loginsOf({ superuser, replication }: Found) {
  return [superuser, replication];
}

async function readMember({ spec, runtime }: ClusterContext, site: Site, member: Member): Promise<Found | undefined> {
  const path = site.members[member.name]?.configFile;
  const text = path === undefined ? undefined : await runtime.readFile(member.name, path);
  if (path === undefined || text === undefined) return undefined;
  const read = readPatroniYaml(text);
  if (!read) throw foreign(path, member.name, 'it is not what citus-ha wrote');
  const { scope } = patroniScope(spec, 'standin', member);
  if (read.member !== member.name || read.scope !== scope)
    throw foreign(path, member.name, `it is of ${read.member} in ${read.scope}, not of ${member.name} in ${scope}`);
  return { ...read, kind: member.kind, path };
}

/** Patroni's own password at etcd proves it. */
async function readEtcdSecret(
  { runtime }: ClusterContext,
  site: Site,
  members: readonly Member[],
  { etcdPassword, scope, superuser, replication }: Found,
): Promise<string | undefined> {
  if (etcdPassword === undefined) return undefined;
  const passwords = { superuser: superuser.password, replication: replication.password };
  for (const { name } of members) {
    const path = etcdSecretPath(site, name);
    const etcd = (await runtime.readFile(name, path))?.trim();
    if (etcd === undefined) continue;
    if (scopeLogin({ ...passwords, etcd }, scope)?.password === etcdPassword) return etcd;
    throw foreign(path, name, 'the password that Patroni has is not of it');
  }
  throw lost('no member of etcd has its etcd.secret any more, without which nobody can administer it');
}

function lost(what: string): CodedError {
  return new CodedError('RECORD_LOST', `The record of the cluster is lost, and ${what}`, {
    fix: 'Restore cluster.json in the store of the cluster, or that file, from a copy. Until then `logs`, `exec` and `stop` work.',
  });
}

function foreign(path: string, member: string, why: string): CodedError {
  return new CodedError('RECORD_FOREIGN', `The record of the cluster is lost, and ${path} cannot give it: ${why}`, {
    member,
    fix: 'Put the right file there, or restore cluster.json in the store of the cluster from a copy. Until then `logs`, `exec` and `stop` work.',
  });
}
