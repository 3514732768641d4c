import { describe } from 'vitest';
import { connections } from './connections.js';
import { ContractSuite, type RuntimeContractOptions } from './contract-suite.js';
import { memberLives } from './member-lives.js';
import { memberNetwork } from './member-network.js';
import { memberOutput } from './member-output.js';
import { preview } from './preview.js';
import { sharedCluster } from './shared-cluster.js';

/** Declares the tests of everything that the port promises; call it in a test file of an adapter. */
export function runtimeContract(options: RuntimeContractOptions): void {
  describe(`${options.name} keeps the runtime's contract`, () => {
    const suite = new ContractSuite(options);
    memberLives(suite);
    connections(suite);
    memberNetwork(suite);
    memberOutput(suite);
    preview(suite);
    sharedCluster(suite);
  });
}
