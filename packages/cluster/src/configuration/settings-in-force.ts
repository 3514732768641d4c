import { basename } from 'node:path';
import { judgedParameters, unsafeParameters, type ClusterSpec, type ParameterValue } from '@citus-ha/config';
import { isFromPatroni, sameSetting, type SettingInForce } from './same-setting.js';
import type { Problem } from '../status/status.js';

/** A member of which settings were read. */
export interface SettingsOwner {
  readonly name: string;
  readonly group: number | null;
  /** Patroni's word. */
  readonly pendingRestart: boolean;
  /** What `up` has it set. */
  readonly rendered: Readonly<Record<string, ParameterValue>>;
}

/** Names of the parameters that are looked at. */
export function watchedParameters({ postgres }: ClusterSpec): readonly string[] {
  return [...new Set([...judgedParameters, ...Object.keys(postgres.parameters).map((name) => name.toLowerCase())])];
}

/** What a member has in force by which the cluster breaks its promise, and what it does not have though cluster.yaml asks for it. */
export function settingProblems(
  spec: ClusterSpec,
  owner: SettingsOwner,
  rows: readonly SettingInForce[],
): readonly Problem[] {
  return [...unsafe(spec, owner, rows), ...notInForce(spec, owner, rows)];
}

function unsafe(spec: ClusterSpec, owner: SettingsOwner, rows: readonly SettingInForce[]): readonly Problem[] {
  return rows.flatMap((row) => {
    const own = wantedOf(owner.rendered, row.name);
    if (own !== undefined && sameSetting(row, own)) return [];
    return unsafeParameters(spec, { [row.name]: row.setting }).map(({ name, message }) => ({
      code: 'SETTING_UNSAFE',
      member: owner.name,
      message: `${owner.name} has ${name} = ${shown(row)}${from(row)}: ${message}`,
      fix: `${remedy(spec, owner, row) ?? `Remove it: \`citus-ha config edit --group ${owner.group ?? 0} --set postgresql.parameters.${name}=\``}.`,
    }));
  });
}

function notInForce(spec: ClusterSpec, owner: SettingsOwner, rows: readonly SettingInForce[]): readonly Problem[] {
  return Object.keys(spec.postgres.parameters).flatMap((key): readonly Problem[] => {
    const name = key.toLowerCase();
    const wanted = wantedOf(owner.rendered, name);
    const row = rows.find((one) => one.name.toLowerCase() === name);
    if (wanted === undefined || !row || isOfSession(row) || isDue(row, owner) || sameSetting(row, wanted)) return [];
    const dropped = `Correct it in cluster.yaml, which PostgreSQL did not take it from, and run \`citus-ha up\``;
    const unsent = isFromPatroni(row) || isOfInitdb(row);
    return [
      {
        code: 'SETTING_NOT_IN_FORCE',
        member: owner.name,
        message: `${owner.name} has ${name} = ${shown(row)}${from(row)}, though postgres.parameters.${key} is ${JSON.stringify(wanted)}`,
        fix: `${unsent ? 'Send it: `citus-ha up`' : (remedy(spec, owner, row) ?? dropped)}.`,
      },
    ];
  });
}

function wantedOf(rendered: SettingsOwner['rendered'], name: string): ParameterValue | undefined {
  return Object.entries(rendered).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** Set for this session, role or database alone, or by the server for itself (wal_buffers), or not shown. */
function isOfSession({ source, setting }: SettingInForce): boolean {
  return !['default', 'configuration file', 'command line'].includes(source) || setting === '(disabled)';
}

/** From the file that Patroni's own begins with, so that whatever Patroni is sent wins. */
function isOfInitdb({ sourcefile }: SettingInForce): boolean {
  return sourcefile !== null && basename(sourcefile) === 'postgresql.base.conf';
}

/** Told as a restart that is due. */
function isDue({ context, pendingRestart }: SettingInForce, owner: SettingsOwner): boolean {
  return pendingRestart || (context === 'postmaster' && owner.pendingRestart);
}

/** What unsets a value that neither cluster.yaml nor Patroni has set. */
function remedy({ credentials, postgres }: ClusterSpec, owner: SettingsOwner, row: SettingInForce): string | undefined {
  const { name, source, sourcefile } = row;
  const role = `ALTER ROLE ${credentials.superuser}`;
  const database = `DATABASE ${postgres.database}`;
  if (source === 'user') return `Run ${role} RESET ${name}`;
  if (source === 'database') return `Run ALTER ${database} RESET ${name}`;
  if (source === 'database user') return `Run ${role} IN ${database} RESET ${name}`;
  if (sourcefile === null || isFromPatroni(row)) return undefined;
  if (basename(sourcefile) !== 'postgresql.auto.conf') return `Remove it from ${sourcefile} on ${owner.name}`;
  return `Run on ${owner.name}: ALTER SYSTEM RESET ${name}; SELECT pg_reload_conf()`;
}

function shown({ setting, unit }: SettingInForce): string {
  const [, pages = '', base = ''] = /^(\d*)(.*)$/.exec(unit ?? '') ?? [];
  return pages === '' ? `${setting}${base}` : `${Number(setting) * Number(pages)}${base}`;
}

function from({ source, sourcefile }: SettingInForce): string {
  return sourcefile === null
    ? source === 'default'
      ? ''
      : ` (from its ${source})`
    : ` (from ${basename(sourcefile)})`;
}
