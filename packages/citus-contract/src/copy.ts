import type { ContractCase } from './contract-case.js';
import type { ContractContext, ProgramResult } from './contract-context.js';
import { expectEqualCopies } from './writes.js';

const psql = (context: ContractContext, command: string, input = ''): Promise<ProgramResult> =>
  context.program('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=sqlstate', '-c', command], input);

const thousand = Array.from({ length: 1000 }, (_, n) => `${2000 + n},"room, ""${n}""",public\n`).join('');

/** COPY in both directions, as psql and the loaders use it. */
export const copies: readonly ContractCase[] = [
  {
    title: 'copies CSV in, to all shards',
    async run(context) {
      const result = await psql(context, 'COPY rooms FROM STDIN WITH (FORMAT csv)', thousand);
      await expectEqualCopies(context, 'rooms');
      return { result, rows: await context.rows('SELECT count(*), sum(id), min(name) FROM rooms WHERE id >= 2000') };
    },
  },
  {
    title: 'copies text in, with columns in another order',
    async run(context) {
      const result = await psql(
        context,
        'COPY messages (body, id, room_id) FROM STDIN',
        'a\\tb\t1\t2000\n\\N\t1\t2001\n\\.\n',
      );
      return { result, rows: await context.rows('SELECT * FROM messages WHERE room_id >= 2000 ORDER BY room_id') };
    },
  },
  {
    title: 'copies a reference table in, to every node',
    async run(context) {
      const result = await psql(
        context,
        'COPY kinds FROM STDIN WITH (FORMAT csv, HEADER)',
        'kind,label\nodd,strange\n',
      );
      await expectEqualCopies(context, 'kinds');
      return result;
    },
  },
  {
    title: 'copies nothing when one row is wrong',
    async run(context) {
      const malformed = await psql(context, 'COPY rooms FROM STDIN WITH (FORMAT csv)', '5000,a,public\nx,b,public\n');
      const doubled = await psql(context, 'COPY rooms FROM STDIN WITH (FORMAT csv)', '5000,a,public\n1,b,public\n');
      await expectEqualCopies(context, 'rooms');
      return {
        malformed: { exitCode: malformed.exitCode, sqlstate: /\b22P02\b/.exec(malformed.stderr)?.[0] },
        doubled: { exitCode: doubled.exitCode },
        rows: await context.rows('SELECT count(*) FROM rooms WHERE id = 5000'),
      };
    },
  },
  {
    title: 'copies a query out, in order',
    run: (context) =>
      psql(context, `COPY (SELECT * FROM rooms WHERE id <= 12 ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)`),
  },
  {
    title: 'copies a whole table out, in any order',
    async run(context) {
      const { exitCode, stdout } = await psql(context, 'COPY room_members TO STDOUT');
      return { exitCode, lines: stdout.split('\n').toSorted() };
    },
  },
];
