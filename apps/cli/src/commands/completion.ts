import { membersOf } from '@citus-ha/config';
import { Argument, type Command } from 'commander';
import { command, type CommonOptions } from '../command.js';
import { loadSpec } from '../load-spec.js';
import { print } from '../output.js';

/** Completion of names of commands, options and members, for the three common shells. */
export function completionCommand(program: Command): Command {
  return command('completion', 'print a completion script: source <(citus-ha completion bash)')
    .addArgument(
      new Argument('<shell>', 'members lists what scripts complete').choices([...Object.keys(scripts), members]),
    )
    .action((shell: keyof typeof scripts | typeof members, { config }: CommonOptions) => {
      print(
        shell === members
          ? membersOf(loadSpec(config))
              .map(({ name }) => name)
              .join('\n')
          : scripts[shell](program),
      );
    });
}

/** Asked by the scripts, so that they know the members of the cluster at hand. */
const members = 'members';

const scripts = {
  bash: (program: Command) => `_citus_ha() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${program.commands.map((one) => `    ${one.name()}) [ "$COMP_CWORD" -gt 1 ] && { COMPREPLY=($(compgen -W "${words(one)}${takesMembers(one) ? ' $("${COMP_WORDS[0]}" completion members 2>/dev/null)' : ''}" -- "$word")); return; } ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "${program.commands.map((one) => one.name()).join(' ')}" -- "$word"))
}
complete -F _citus_ha citus-ha`,
  zsh: (program: Command) => `#compdef citus-ha
autoload -U +X bashcompinit && bashcompinit
${scripts.bash(program)}`,
  fish: (program: Command) =>
    program.commands
      .flatMap((one) => [
        `complete -c citus-ha -n __fish_use_subcommand -f -a ${one.name()} -d '${one.description().replaceAll("'", "\\'")}'`,
        ...(takesMembers(one)
          ? [
              `complete -c citus-ha -n '__fish_seen_subcommand_from ${one.name()}' -f -a '(citus-ha completion members)'`,
            ]
          : []),
        ...one.options.flatMap(({ long }) =>
          long ? [`complete -c citus-ha -n '__fish_seen_subcommand_from ${one.name()}' -l ${long.slice(2)}`] : [],
        ),
      ])
      .join('\n'),
};

function words(one: Command): string {
  return [...one.commands.map((sub) => sub.name()), ...one.options.map(({ long }) => long ?? '')].join(' ');
}

/** As its argument, or as the value of an option. */
function takesMembers(one: Command): boolean {
  return (
    one.registeredArguments.some((argument) => /^(members?|worker)$/.test(argument.name())) ||
    one.options.some(({ flags }) => flags.includes('<member>'))
  );
}
