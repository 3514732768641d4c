import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { defaultClusterSpec } from '@citus-ha/config';
import { runtimeContract } from './contract/index.js';
import { serverPorts } from './contract/programs.js';
import { MemoryMachine, type MemoryProcess } from './memory-machine.js';
import { createMemoryRuntime, type MemoryRuntimeOptions } from './memory-runtime.js';

const machines = new Map<object, MemoryMachine>();

runtimeContract({
  name: 'the memory runtime',
  programs: { calm: ['calm'], stubborn: ['stubborn'], failing: ['failing'], serving: () => ['serving'] },
  hide: async (subject, name) => {
    const member = machines.get(subject)?.clusters.get('contract')?.members.get(name);
    if (member) member.unseen = 'hidden';
    return async () => {
      if (member) member.unseen = undefined;
    };
  },
  create: async () => {
    const machine = new MemoryMachine();
    const open = () => createMemoryRuntime({ cluster: 'contract', machine, run: simulate, exec: runHere });
    const runtime = open();
    const subject = {
      runtime,
      spec: defaultClusterSpec('contract'),
      another: async () => open(),
      dispose: () => runtime.destroy({ data: true }),
    };
    machines.set(subject, machine);
    return subject;
  },
});

function simulate(process: MemoryProcess): void {
  switch (process.definition.command[0]) {
    case 'calm':
      for (const n of [1, 2, 3, 4, 5]) process.log(`line ${n}`);
      process.onStop(() => {
        process.log('bye');
        process.exit(0);
      });
      break;
    case 'stubborn':
      process.log('ready');
      process.onStop(() => undefined);
      break;
    case 'serving':
      process.serve(serverPorts.echo, (stream) => void sendBack(stream));
      process.serve(serverPorts.listener, (stream) => {
        stream.end('hello');
        let heard = 0;
        stream.on('data', ({ length }: Buffer) => (heard += length)).on('end', () => process.log(`heard ${heard}`));
      });
      process.log('serving');
      break;
    default:
      process.log('broken');
      process.exit(7);
  }
}

async function sendBack(stream: Duplex): Promise<void> {
  stream.pipe(stream, { end: false });
  await finished(stream, { writable: false }).then(
    () => stream.end('bye'),
    () => undefined,
  );
}

const runHere: NonNullable<MemoryRuntimeOptions['exec']> = async (_name, [file = '', ...args], options) => {
  const child = spawn(file, args, { env: { ...process.env, ...options.env }, signal: options.signal });
  child.stdin.end(options.input);
  try {
    const [[exitCode], stdout, stderr] = await Promise.all([
      once(child, 'close'),
      text(child.stdout),
      text(child.stderr),
    ]);
    return { exitCode, stdout, stderr };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
};
