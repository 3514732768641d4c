import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createProgram } from './program.js';
import { reportError } from './report-error.js';

/** Runs the command line in this process, without a server. */
async function run(...args: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let exitCode = -1;
  const program = createProgram({ out, err, signal: new AbortController().signal }, (ok) => {
    exitCode = ok ? 0 : 1;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    exitCode = reportError(error, false, err);
  }
  out.end();
  err.end();
  return { exitCode, stdout: await text(out), stderr: await text(err) };
}

it('writes a table as CSV', async () => {
  const { exitCode, stdout } = await run('csv', 'topics');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^books,Books and reading\n/);
});

it.each([
  [['csv', 'nothing'], 'TABLE_UNKNOWN: The demo has no table nothing'],
  [['load', '--rooms', '0'], 'Give a whole number from 1 to 1000000000'],
  [['load', '--seed', '-1'], 'Give a whole number from 0 to 4294967295'],
  [['load', '--uri', 'not a uri'], 'URI_INVALID'],
  [['load', '--uri', 'postgresql://a:1,b:2/db'], 'URI_INVALID'],
  [['copy', 'file.csv'], "required option '--table <table>' not specified"],
  [['unknown'], "unknown command 'unknown'"],
])('answers %j with exit code 2 and says what is wrong', async (args, message) => {
  const { exitCode, stderr } = await run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) });
});

it('answers a server that is not there with exit code 1, its address and what to do', async () => {
  const { exitCode, stderr } = await run('load', '--uri', 'postgresql://postgres@127.0.45.91:5432/postgres');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^CONNECT_FAILED: Cannot connect to 127\.0\.45\.91:5432: .*ECONNREFUSED.*\n {2}Give --uri/);
});
