import { createChat } from './chat.js';
import type { Concern } from './contract-case.js';
import { copies } from './copy.js';
import { reads } from './reads.js';
import { transactions } from './transactions.js';
import { writes } from './writes.js';

/** Reading and changing rows, alone and in transactions, by statements and by COPY. */
export const rows: Concern = {
  name: 'rows',
  prepared: 'with all nodes',
  setUp: createChat,
  cases: [...reads, ...writes, ...transactions, ...copies],
};
