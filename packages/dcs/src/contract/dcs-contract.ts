import { afterAll, beforeAll, describe } from 'vitest';
import { DcsSuite, type DcsContractOptions } from './contract-suite.js';
import { keysAndLeases } from './keys-and-leases.js';
import { transactions } from './transactions.js';
import { users } from './users.js';

/** Declares the tests of everything that the port promises; call it in a test file of an adapter. */
export function dcsContract({ name, create }: DcsContractOptions): void {
  describe(`${name} keeps the contract of etcd`, () => {
    const suite = new DcsSuite();
    beforeAll(async () => {
      suite.subject = await create();
    });
    afterAll(() => suite.subject.dispose());
    keysAndLeases(suite);
    transactions(suite);
    // Last, since it closes etcd.
    users(suite);
  });
}
