import type { ContractContext } from './contract-context.js';

/** One promise of the engine. What `run` returns is compared with what Citus answered; `undefined` records nothing. */
export interface ContractCase {
  /** A sentence about behaviour; names the golden file as well. */
  readonly title: string;
  run(context: ContractContext): Promise<unknown>;
}

/** Cases that run in order in one fresh database of the same four servers. */
export interface Concern {
  /** Database, and folder of the golden files. */
  readonly name: string;
  /** Folder of the golden files where it is another concern's: the answers are to be the same. */
  readonly answers?: string;
  /** Whether all of it runs as a role made by CREATE ROLE instead of the superuser. */
  readonly asOrdinaryRole?: true;
  /** How far the cluster is there before: nothing at all, the engine on every server, or all nodes registered too. */
  readonly prepared: 'not at all' | 'with the engine' | 'with all nodes';
  readonly setUp?: (context: ContractContext) => Promise<void>;
  readonly cases: readonly ContractCase[];
}
