/** The commands that the contract's members run; an adapter that simulates them has its own. */
export interface ContractPrograms {
  /** Prints `line 1` to `line 5`, then runs until it is asked to end, prints `bye` and ends with 0. */
  readonly calm: readonly string[];
  /** Prints `ready` and does not end when asked to. */
  readonly stubborn: readonly string[];
  /** Prints `broken` and ends with 7. */
  readonly failing: readonly string[];
}

/** Programs for anything that has a POSIX shell. */
export const shellPrograms: ContractPrograms = {
  calm: shell(
    `trap 'echo bye; exit 0' TERM; for n in 1 2 3 4 5; do echo "line $n"; done; while :; do sleep 0.02; done`,
  ),
  stubborn: shell(`trap '' TERM; echo ready; while :; do sleep 0.02; done`),
  failing: shell('echo broken; exit 7'),
};

function shell(script: string): readonly string[] {
  return ['sh', '-c', script];
}
