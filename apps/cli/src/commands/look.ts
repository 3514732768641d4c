import { bootstrapNodes, askCoordinators, readStatus, withPatience } from '@citus-ha/cluster';
import { describeStep, readPlacements, withConnection, type Placement } from '@citus-ha/citus';
import { CodedError } from '@citus-ha/core';
import type { Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { print, printJson, printTable, step } from '../output.js';

/** Commands that read the cluster beyond its status, and the one that registers its nodes again. */
export function lookCommands(): readonly Command[] {
  return [topologyCommand(), historyCommand(), shardsCommand(), bootstrapCommand()];
}

function topologyCommand(): Command {
  return command('topology', 'show who replicates from whom and which groups there are').action(
    async (options: CommonOptions) => {
      const { members, cluster } = await readStatus(withPatience(await composeCluster(options)));
      const groups = new Set(members.flatMap(({ group }) => group ?? []));
      const tree = [...groups].map((group) => {
        const inGroup = members.filter((member) => member.group === group);
        return {
          group,
          leader: inGroup.find(({ role }) => role === 'leader')?.name ?? null,
          standbys: inGroup
            .filter(({ role }) => role !== 'leader')
            .map(({ name, role, state }) => ({ name, role, state })),
        };
      });
      if (options.json) return printJson(tree);
      print(cluster);
      for (const { group, leader, standbys } of tree) {
        print(`  group ${group}${group === 0 ? ' (coordinators)' : ''}`);
        print(`    ${leader ?? 'no leader'}`);
        for (const { name, role, state } of standbys) print(`      ${name}  ${role ?? ''} ${state}`);
      }
    },
  );
}

function historyCommand(): Command {
  return command('history', 'show when the leader changed and why').action(async (options: CommonOptions) => {
    const cluster = await composeCluster(options);
    const history = await askCoordinators(cluster, (client) => client.history());
    if (options.json) return printJson(history);
    printTable(
      ['timeline', 'ended at', 'reason', 'when', 'new leader'],
      history.map(({ timeline, lsn, reason, at, leader }) => [
        timeline,
        writtenLsn(lsn),
        reason,
        at?.toISOString() ?? null,
        leader,
      ]),
    );
  });
}

/** As PostgreSQL writes a place in the WAL (type pg_lsn). */
function writtenLsn(lsn: number): string {
  const half = 2 ** 32;
  return `${Math.floor(lsn / half).toString(16)}/${(lsn % half).toString(16)}`.toUpperCase();
}

function shardsCommand(): Command {
  return command('shards [table]', 'show where the shards of tables are placed').action(
    async (table: string | undefined, options: CommonOptions) => {
      const cluster = await composeCluster(options);
      const leader = (await readStatus(withPatience(cluster))).members.find(
        ({ kind, role }) => kind === 'coordinator' && role === 'leader',
      );
      if (!leader) throw new CodedError('NO_LEADER', 'No coordinator leads', { fix: 'See `citus-ha status`.' });
      const placements = await withConnection(cluster.sql(leader.name), readPlacements);
      const shown = placements.filter((placement) => table === undefined || placement.table === table);
      if (table !== undefined && shown.length === 0) throw unknownTable(table, placements);
      if (options.json) return printJson(shown);
      printTable(
        ['table', 'shard', 'host', 'port', 'state'],
        shown.map(({ table: name, shardId, host, port, state }) => [name, shardId, host, port, state]),
      );
    },
  );
}

function unknownTable(table: string, placements: readonly Placement[]): CodedError {
  const known = [...new Set(placements.map((placement) => placement.table))];
  return new CodedError('TABLE_UNKNOWN', `There is no distributed table ${table}`, {
    blame: 'user',
    fix:
      known.length > 0
        ? `Name one of ${known.join(', ')}.`
        : 'Distribute it first, by create_distributed_table in `citus-ha psql`.',
  });
}

function bootstrapCommand(): Command {
  return command('bootstrap', 'install the engine and register workers where they are not').action(
    async (options: CommonOptions) => {
      const steps = await bootstrapNodes(await composeCluster(options));
      if (options.json) return printJson({ changes: steps.map(describeStep) });
      if (steps.length === 0) step('nothing to do: every worker is registered');
    },
  );
}
