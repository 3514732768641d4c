import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { EngineKind } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import {
  createRecord,
  parseRecord,
  recordName,
  type Certificates,
  type ClusterRecord,
  type Site,
} from '@citus-ha/layout';
import { CodedError, messageOf } from '@citus-ha/core';
import type { ClusterStore } from '@citus-ha/runtime';
import { settleCertificates } from '../certificates/settle.js';
import { requireTaken, type PasswordTrial } from './takes-password.js';

export type { ClusterRecord } from '@citus-ha/layout';

/** @throws CodedError `STATE_UNREADABLE`, or `RECORD_NEWER` as {@link parseRecord} does. */
export async function readRecord(store: ClusterStore): Promise<ClusterRecord | undefined> {
  const text = await store.read(recordName);
  if (text === undefined) return undefined;
  const record = parseRecord(text, `${recordName} in the store of the cluster`);
  if (record) return record;
  // What JSON.parse says of it may quote a password.
  throw new CodedError('STATE_UNREADABLE', `${recordName} in the store of the cluster is not what citus-ha wrote`, {
    fix: 'Restore it from a backup, or remove it: while the members are there, it is read from their files.',
  });
}

export async function writeRecord(store: ClusterStore, record: ClusterRecord): Promise<void> {
  await store.write(recordName, JSON.stringify(record, null, 2));
}

/**
 * The record to work with: the kept one, checked against the spec, or a new one. Another password than the kept one is taken over
 * where the servers, asked by `attempt`, take it already.
 */
export async function settleRecord(
  spec: ClusterSpec,
  site: Site,
  kept: ClusterRecord | undefined,
  attempt?: PasswordTrial,
): Promise<ClusterRecord> {
  if (!kept) return newRecord(spec, site);
  const given = await givenPassword(spec);
  if (given !== undefined && given !== kept.secrets.superuser) await requireTaken(spec.name, given, attempt);
  if (spec.engine !== 'auto' && spec.engine !== kept.engine) {
    throw new CodedError(
      'ENGINE_CHANGED',
      `Cluster ${spec.name} runs on engine ${kept.engine}, the file asks for ${spec.engine}`,
      {
        blame: 'user',
        fix: `Set engine: ${kept.engine}, or dump the data, remove the cluster with \`citus-ha down --volumes\` and restore it.`,
      },
    );
  }
  if (kept.engine === 'citus') requireCitus(site);
  // One of before there was a secret of etcd's users, or a pooler, gets it.
  const secrets = {
    ...kept.secrets,
    superuser: given ?? kept.secrets.superuser,
    etcd: kept.secrets.etcd ?? newPassword(),
    ...(spec.pooler.count > 0 && { pooler: kept.secrets.pooler ?? newPassword() }),
  };
  return {
    ...underWay(kept, spec),
    secrets,
    ...(await certificatesFor(kept.engine, spec, site, kept.certificates)),
  };
}

/** Until this run has sent its configuration to every member, names of parameters of the last one count too. */
function underWay({ pending: earlier, ...kept }: ClusterRecord, spec: ClusterSpec): ClusterRecord {
  const names = new Set([...(kept.parameters ?? []), ...Object.keys(earlier?.postgres.parameters ?? {})]);
  return {
    ...kept,
    ...(names.size > 0 && { parameters: [...names] }),
    ...(!isDeepStrictEqual(kept.spec, spec) && { pending: spec }),
  };
}

/** The record of a cluster that is to be: its engine chosen, its passwords read or generated. */
export async function newRecord(spec: ClusterSpec, site: Site): Promise<ClusterRecord> {
  const secrets = {
    superuser: (await givenPassword(spec)) ?? newPassword(),
    replication: newPassword(),
    etcd: newPassword(),
    ...(spec.pooler.count > 0 && { pooler: newPassword() }),
  };
  const engine = chooseEngine(spec, site);
  return createRecord({ engine, secrets, ...(await certificatesFor(engine, spec, site)) }, spec);
}

async function certificatesFor(
  engine: EngineKind,
  spec: ClusterSpec,
  site: Site,
  kept?: Certificates,
): Promise<Pick<ClusterRecord, 'certificates'>> {
  return engine === 'citus' ? { certificates: await settleCertificates(spec, site, { kept }) } : {};
}

/** The record of a cluster that an `up` has brought to what the spec says. */
export function completeRecord(record: ClusterRecord, spec: ClusterSpec): ClusterRecord {
  return createRecord(record, spec);
}

function chooseEngine(spec: ClusterSpec, site: Site): EngineKind {
  if (spec.engine === 'citus') requireCitus(site);
  if (spec.engine !== 'auto') return spec.engine;
  return site.citusAvailable ? 'citus' : 'standin';
}

function requireCitus(site: Site): void {
  if (site.citusAvailable) return;
  throw new CodedError(
    'ENGINE_MISSING',
    `The Citus extension is not installed in the members' PostgreSQL ${site.versions.postgres}`,
    {
      fix: 'Install Citus for this PostgreSQL, or set engine: standin to try citus-ha out without it.',
    },
  );
}

async function givenPassword(spec: ClusterSpec): Promise<string | undefined> {
  const source = spec.credentials.password;
  if (source.from === 'generated') return undefined;
  const place = source.from === 'file' ? source.path : `$${source.name}`;
  const text =
    source.from === 'env'
      ? process.env[source.name]
      : await readFile(source.path, 'utf8').catch((cause: unknown) => {
          throw new CodedError('PASSWORD_UNREADABLE', `The password file cannot be read: ${messageOf(cause)}`, {
            blame: 'user',
            cause,
            fix: 'Give credentials.password.file a file that exists and is readable.',
          });
        });
  const password = text?.trim();
  if (password) return requireAscii(password, place);
  throw new CodedError('PASSWORD_UNREADABLE', `credentials.password: ${place} is empty`, {
    blame: 'user',
    fix: `Put the password into ${place}, or set password: generated.`,
  });
}

/** Patroni 4.0 bootstraps no cluster with others (`quote_literal` of its PostgreSQL connection). */
function requireAscii(password: string, place: string): string {
  if (/^[\x20-\x7e]+$/.test(password)) return password;
  throw new CodedError(
    'PASSWORD_INVALID',
    `credentials.password: ${place} holds other than printable ASCII characters`,
    {
      blame: 'user',
      fix: 'Choose a password of letters, digits and signs of ASCII: Patroni cannot set another one.',
    },
  );
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
