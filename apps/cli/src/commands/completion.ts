import { Argument, type Command } from 'commander';
import { command } from '../command.js';
import { print } from '../output.js';

/** Completion of command and option names, for the three common shells. */
export function completionCommand(program: Command): Command {
  return command('completion', 'print a completion script: source <(citus-ha completion bash)')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => print(scripts[shell](program)));
}

const scripts = {
  bash: (program: Command) => `_citus_ha() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${program.commands.map((one) => `    ${one.name()}) [ "$COMP_CWORD" -gt 1 ] && { COMPREPLY=($(compgen -W "${words(one)}" -- "$word")); return; } ;;`).join('\n')}
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
        ...one.options.flatMap(({ long }) =>
          long ? [`complete -c citus-ha -n '__fish_seen_subcommand_from ${one.name()}' -l ${long.slice(2)}`] : [],
        ),
      ])
      .join('\n'),
};

function words(one: Command): string {
  return [...one.commands.map((sub) => sub.name()), ...one.options.map(({ long }) => long ?? '')].join(' ');
}
