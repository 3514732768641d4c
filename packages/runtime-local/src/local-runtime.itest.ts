import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeContract } from '@citus-ha/runtime/contract';
import { createLocalRuntime } from './local-runtime.js';

const homes = new Map<object, string>();

runtimeContract({
  name: 'the local runtime',
  create: async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'citus-ha-'));
    await chmod(stateHome, 0o711);
    const open = () => createLocalRuntime({ cluster: 'contract', stateHome });
    const runtime = await open();
    const subject = {
      runtime,
      another: open,
      dispose: async () => {
        await runtime.destroy({ data: true });
        await rm(stateHome, { recursive: true });
      },
    };
    homes.set(subject, stateHome);
    return subject;
  },
  reusePid: async (subject, member) => {
    const life = join(homes.get(subject) ?? '', 'citus-ha/contract/members', member, 'life');
    const text = await readFile(life, 'utf8');
    await writeFile(life, text.replaceAll(/^\d+ \(/gm, `${process.pid} (`));
  },
});
