import { expect, it } from 'vitest';
import { parseRoutes } from './routes.js';

it('reads which servers a proxy routes to, and leaves out its own totals', () => {
  const csv = [
    '# pxname,svname,qcur,status,weight,',
    'postgres_write,FRONTEND,,OPEN,,',
    'postgres_write,coord1,0,UP,1,',
    'postgres_write,coord2,0,DOWN,1,',
    'postgres_write,BACKEND,0,UP,1,',
    'postgres_read,coord1,0,UP 1/2,1,',
  ].join('\n');
  expect(parseRoutes(csv)).toEqual([
    { listener: 'postgres_write', server: 'coord1', up: true },
    { listener: 'postgres_write', server: 'coord2', up: false },
    { listener: 'postgres_read', server: 'coord1', up: true },
  ]);
});
