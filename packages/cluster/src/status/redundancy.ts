import { judgeNodes, judgeTables, type HeldShards, type ShardCopy } from '@citus-ha/citus';
import type { ClusterSpec } from '@citus-ha/config';
import type { SeenShards } from '../observe/held-shards.js';
import type { ClusterStatus, MemberStatus, Problem } from './status.js';

/**
 * What of the tables' copies is there, of what Citus counts on; `copies` is `undefined` where no leader tells. Of a worker that
 * is late nothing is said to lack.
 */
export function seeRedundancy(
  { shards: { replicationFactor } }: ClusterSpec,
  copies: readonly ShardCopy[] | undefined,
  seen: SeenShards,
): ClusterStatus['redundancy'] {
  const held = presumed(copies ?? [], seen);
  const tables = copies && judgeTables(copies, held, replicationFactor);
  const lacking = tables && sum(tables, 'underReplicatedShards');
  const isKnown = copies?.every(({ host }) => host === null || seen.get(host) !== 'late');
  return {
    target: replicationFactor,
    underReplicatedShards: lacking === 0 && !isKnown ? null : (lacking ?? null),
    tables: tables ?? [],
    nodes: copies ? judgeNodes(copies, held) : [],
    silent: silentHosts(copies ?? [], held),
  };
}

/** As if all were there of what Citus counts on a late worker. */
function presumed(copies: readonly ShardCopy[], seen: SeenShards): HeldShards {
  const counted = (host: string) => new Set(copies.filter((copy) => copy.host === host).map(({ shardId }) => shardId));
  return new Map([...seen].map(([host, shards]) => [host, shards === 'late' ? counted(host) : shards]));
}

function silentHosts(copies: readonly ShardCopy[], held: HeldShards): readonly string[] {
  const hosts = copies.flatMap(({ groupId, host, active }) => (active && groupId !== 0 && host !== null ? [host] : []));
  return [...new Set(hosts)].filter((host) => held.get(host) === undefined);
}

export function redundancyProblems(
  members: readonly MemberStatus[],
  redundancy: ClusterStatus['redundancy'],
): readonly Problem[] {
  return [...redundancy.nodes.map((node) => placementsLost(members, node)), ...underReplicated(redundancy)];
}

function placementsLost(
  members: readonly MemberStatus[],
  { host, missing, placements, tables }: ClusterStatus['redundancy']['nodes'][number],
): Problem {
  const name = members.find((member) => member.name === host || member.host === host)?.name ?? host;
  return {
    code: 'PLACEMENTS_LOST',
    member: name,
    message: `${name} lacks ${missing} of the ${placements} placements that Citus counts on it (${listed(tables)}), so that queries fail`,
    fix: `Build it anew from the other placements: \`citus-ha rebuild ${name}\`.`,
  };
}

function problem(message: string, fix: string): Problem {
  return { code: 'UNDER_REPLICATED', member: null, message, fix };
}

function underReplicated({ tables, nodes, silent }: ClusterStatus['redundancy']): readonly Problem[] {
  const lost = tables.filter(({ unreachableShards }) => unreachableShards > 0);
  const few = tables.filter(
    ({ unreachableShards, underReplicatedShards }) => underReplicatedShards > unreachableShards,
  );
  const away = silent.length > 0 ? `Bring back what does not answer: ${listed(silent)}.` : undefined;
  const mended = away ?? (nodes.length > 0 ? 'See above.' : undefined);
  return [
    ...(lost.length > 0
      ? [
          problem(
            `${sum(lost, 'unreachableShards')} shards have no placement that can be reached, of ${named(lost)}`,
            mended ?? `Restore ${named(lost)}, or drop what is left.`,
          ),
        ]
      : []),
    ...(few.length > 0
      ? [
          problem(
            `${sum(few, 'underReplicatedShards')} shards have fewer placements that can be reached than their tables were made with: ${named(few)}`,
            mended ?? 'They are copied again by the sentinel, or by `citus-ha repair`.',
          ),
        ]
      : []),
  ];
}

function sum(
  tables: ClusterStatus['redundancy']['tables'],
  key: 'unreachableShards' | 'underReplicatedShards',
): number {
  return tables.reduce((total, table) => total + table[key], 0);
}

function named(tables: ClusterStatus['redundancy']['tables']): string {
  return listed(tables.map(({ table }) => table));
}

const mostNames = 5;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
