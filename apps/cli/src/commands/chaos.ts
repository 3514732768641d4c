import {
  capabilitiesOf,
  faultNamed,
  faults,
  healAll,
  impossibleFaults,
  injectByHand,
  missingFor,
  suites,
  targetNames,
} from '@citus-ha/chaos';
import type { Command } from 'commander';
import pc from 'picocolors';
import { command, type CommonOptions } from '../command.js';
import { composeCluster } from '../compose.js';
import { confirm, withConfirmation } from '../confirm.js';
import { wholeNumber } from '../options.js';
import { print, printJson, step } from '../output.js';
import { checkCommand, reportCommand } from './chaos-results.js';
import { runCommand, soakCommand } from './chaos-run.js';

/** Real faults in a running cluster, and the proof of what it promised. */
export function chaosCommand(): Command {
  return [
    listCommand(),
    runCommand(),
    soakCommand(),
    injectCommand(),
    healCommand(),
    checkCommand(),
    reportCommand(),
  ].reduce(
    (chaos, sub) => chaos.addCommand(sub),
    command('chaos', 'inject faults under load and check what was promised'),
  );
}

function listCommand(): Command {
  return command('list', 'list the faults, their targets, and what the runtime lacks for them').action(
    async (options: CommonOptions) => {
      const { runtime } = await composeCluster(options);
      const capabilities = await capabilitiesOf(runtime);
      const possible = faults.map((fault) => ({
        name: fault.name,
        description: fault.description,
        targets: fault.targets,
        missing: missingFor(fault, capabilities),
      }));
      const listed = [...possible, ...impossibleFaults.map((fault) => ({ ...fault, targets: [] }))];
      if (options.json) return printJson({ faults: listed, targets: targetNames, suites });
      for (const { name, targets, missing, description } of listed) {
        print(`${pc.bold(name)}  ${description}`);
        print(
          missing.length === 0
            ? `  ${targets.join(' ')}`
            : `  not here: the ${runtime.kind} runtime lacks ${missing.join(', ')}`,
        );
      }
      for (const [name, strikes] of Object.entries(suites)) {
        print(pc.bold(`--suite ${name}`));
        print(`  ${strikes.map(({ fault, target }) => `${fault} ${target}`).join(', ')}`);
      }
    },
  );
}

function injectCommand(): Command {
  return withConfirmation(command('inject <fault> [target]', 'inject a fault and leave it'))
    .option('--seed <number>', 'decides which member is any member', wholeNumber('--seed'), 1)
    .action(async (name: string, target: string | undefined, options: CommonOptions & { seed: number }) => {
      const cluster = await composeCluster(options);
      const aim = target ?? faultNamed(name, await capabilitiesOf(cluster.runtime)).targets[0] ?? 'leader';
      await confirm(`Inject ${name} into ${aim}? It stays until \`citus-ha chaos heal\`.`, options.yes);
      const members = await injectByHand(cluster, { fault: name, target: aim, seed: options.seed });
      if (options.json) printJson({ fault: name, members });
      else step(`${name} ${members.join(', ')}; undo it by \`citus-ha chaos heal\``);
    });
}

function healCommand(): Command {
  return command('heal', 'undo every fault: thaw members, mend their networks, start them').action(
    async (options: CommonOptions) => {
      const cluster = await composeCluster(options);
      await healAll(cluster);
      if (options.json) printJson({ healed: true });
      else step('healed; `citus-ha status` shows when all of it is back');
    },
  );
}
