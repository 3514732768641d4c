import { expect, it } from 'vitest';
import { holds, parseListeners } from './listeners.js';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 020B007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 77001 1 0000000000000000
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77002 1 0000000000000000
   2: 0100007F:C350 0100007F:1538 01 00000000:00000000 00:00000000 00000000     0        0 77003 1 0000000000000000
`;

it('reads the listening sockets of the kernel table', () => {
  expect(parseListeners(table)).toEqual([
    { address: '127.0.11.2', port: 5432, uid: 101, inode: '77001' },
    { address: '*', port: 8080, uid: 0, inode: '77002' },
  ]);
});

it('knows which listener stands in the way of a server', () => {
  const [own, everywhere] = parseListeners(table);
  expect(own && [holds(own, '127.0.11.2', 5432), holds(own, '127.0.11.3', 5432), holds(own, '0.0.0.0', 5432)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(everywhere && holds(everywhere, '127.0.11.2', 8080)).toBe(true);
});
