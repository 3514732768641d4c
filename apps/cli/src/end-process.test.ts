import { afterEach, expect, it, vi } from 'vitest';
import { endProcess } from './end-process.js';

afterEach(() => void vi.restoreAllMocks());

it('ends the process once its output is written, and not where that is lost', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(false);
  endProcess();
  const [, outcome] = write.mock.lastCall as unknown as [string, (lost?: Error) => void];
  outcome(new Error('ENOSPC'));
  expect(exit).not.toHaveBeenCalled();
  outcome();
  expect(exit).toHaveBeenCalledOnce();
});
