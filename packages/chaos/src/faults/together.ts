import type { Fault } from './fault.js';

/** Two faults at once on the same target: injected in this order, healed in the other, seen only where both are. */
export function together(first: Fault, second: Fault): Fault {
  return {
    name: `${first.name}+${second.name}`,
    description: `${first.description}; ${second.description}`,
    needs: [...new Set([...first.needs, ...second.needs])],
    targets: first.targets.filter((target) => second.targets.includes(target)),
    deposes: first.deposes || second.deposes,
    outlastsLease: first.outlastsLease === true || second.outlastsLease === true,
    inject: async (context) => {
      await first.inject(context);
      await second.inject(context);
    },
    heal: async (context) => {
      try {
        await second.heal(context);
      } finally {
        await first.heal(context);
      }
    },
    evidence: async (context, before) => {
      const seen = [await first.evidence(context, before), await second.evidence(context, before)];
      return seen.includes(undefined) ? undefined : seen.join(', ');
    },
  };
}
