import { expect, it, type TestContext } from 'vitest';
import type { ContractSuite } from './contract-suite.js';

/** What the port promises of faults in a member's network, where members have networks of their own. */
export function memberNetwork(suite: ContractSuite): void {
  const needsNetworks = (context: TestContext) =>
    context.skip(!suite.runtime.capabilities.has('partition'), 'members have no networks of their own here');
  const twoMembers = async () => {
    await suite.started('alpha');
    await suite.started('beta');
  };
  /** A refusal is an answer too: nothing listens at this port. */
  const reaches = async (from: string, to: string) => {
    const { address } = await suite.runtime.member(to);
    const command = ['timeout', '1', 'bash', '-c', `</dev/tcp/${address}/9`];
    return (await suite.runtime.exec(from, command)).exitCode !== 124;
  };

  it('cuts a member off from another one, and heals that', async (context) => {
    needsNetworks(context);
    await twoMembers();
    expect(await reaches('alpha', 'beta')).toBe(true);
    await suite.runtime.shapeNetwork('alpha', [{ peers: ['beta'], direction: 'out', effect: { loss: 1 } }]);
    expect(await reaches('alpha', 'beta')).toBe(false);
    await suite.runtime.shapeNetwork('alpha', [{ peers: 'all', direction: 'in', effect: { loss: 1 } }]);
    expect(await reaches('beta', 'alpha')).toBe(false);
    await suite.runtime.shapeNetwork('alpha', []);
    expect(await reaches('alpha', 'beta')).toBe(true);
    expect(await reaches('beta', 'alpha')).toBe(true);
  });

  it('gives a new life a healthy network', async (context) => {
    needsNetworks(context);
    await twoMembers();
    await suite.runtime.shapeNetwork('alpha', [{ peers: 'all', direction: 'both', effect: { loss: 1 } }]);
    await suite.runtime.kill('alpha');
    await suite.runtime.start('alpha');
    expect(await reaches('alpha', 'beta')).toBe(true);
  });

  it('takes loss and rates, and refuses peers that there are not', async (context) => {
    needsNetworks(context);
    await twoMembers();
    await suite.runtime.shapeNetwork('alpha', [
      { peers: ['beta'], direction: 'both', effect: { loss: 0.1 } },
      { peers: 'all', direction: 'out', effect: { rate: 512 } },
    ]);
    await expect(
      suite.runtime.shapeNetwork('alpha', [{ peers: ['omega'], direction: 'in', effect: { loss: 1 } }]),
    ).rejects.toMatchObject({ code: 'MEMBER_UNKNOWN' });
  });
}
