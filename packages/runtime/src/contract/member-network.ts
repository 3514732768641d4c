import { expect, it, type TestContext } from 'vitest';
import type { NetworkCapability } from '../network-faults.js';
import { definition, type ContractSuite } from './contract-suite.js';

/** What the port promises of faults in a member's network, where members have networks of their own. */
export function memberNetwork(suite: ContractSuite): void {
  const needs = async (context: TestContext, capability: NetworkCapability) => {
    await suite.runtime.create(definition('alpha', suite.programs.calm));
    const has = (await suite.runtime.networkCapabilities()).has(capability);
    context.skip(!has, `members' networks cannot have it here: ${capability}`);
  };
  const twoMembers = async () => {
    await suite.started('alpha');
    await suite.started('beta');
  };
  /** A refusal is an answer too: nothing listens at this port. */
  const answers = async (from: string, to: string, seconds: number) => {
    const { address } = await suite.runtime.member(to);
    const command = ['timeout', `${seconds}`, 'bash', '-c', `</dev/tcp/${address}/9`];
    return (await suite.runtime.exec(from, command)).exitCode !== 124;
  };
  const reaches = (from: string, to: string) => answers(from, to, 20);
  const isCutOff = async (from: string, to: string) => !(await answers(from, to, 1));
  /** Milliseconds until a member is refused by another one, as the member's own clock of the time since boot counts them. */
  const takes = async (from: string, to: string) => {
    const { address } = await suite.runtime.member(to);
    // Nothing is started between the looks at the clock: on a busy machine that alone takes its time.
    const script = `
      read -r begin _ </proc/uptime; </dev/tcp/${address}/9; read -r end _ </proc/uptime
      echo $(((10#\${end/./} - 10#\${begin/./}) * 10))`;
    const { stdout, stderr } = await suite.runtime.exec(from, ['timeout', '20', 'bash', '-c', script]);
    expect(stderr).toContain('Connection refused');
    return Number(stdout);
  };

  it('cuts a member off from another one, and heals that', async (context) => {
    await needs(context, 'partition');
    await twoMembers();
    expect(await reaches('alpha', 'beta')).toBe(true);
    await suite.runtime.shapeNetwork('alpha', [{ peers: ['beta'], direction: 'out', effect: { loss: 1 } }]);
    expect(await isCutOff('alpha', 'beta')).toBe(true);
    await suite.runtime.shapeNetwork('alpha', [{ peers: 'all', direction: 'in', effect: { loss: 1 } }]);
    expect(await isCutOff('beta', 'alpha')).toBe(true);
    await suite.runtime.shapeNetwork('alpha', []);
    expect(await reaches('alpha', 'beta')).toBe(true);
    expect(await reaches('beta', 'alpha')).toBe(true);
  });

  it('gives a new life a healthy network', async (context) => {
    await needs(context, 'partition');
    await twoMembers();
    await suite.runtime.shapeNetwork('alpha', [{ peers: 'all', direction: 'both', effect: { loss: 1 } }]);
    await suite.runtime.kill('alpha');
    await suite.runtime.start('alpha');
    expect(await reaches('alpha', 'beta')).toBe(true);
  });

  it('delays what reaches a member, until that is healed or the member begins a new life', async (context) => {
    await needs(context, 'delay');
    await twoMembers();
    const delay = { peers: 'all', direction: 'in', effect: { delayMs: 300 } } as const;
    expect(await takes('beta', 'alpha')).toBeLessThan(300);
    await suite.runtime.shapeNetwork('alpha', [delay]);
    expect(await takes('beta', 'alpha')).toBeGreaterThanOrEqual(300);
    await suite.runtime.shapeNetwork('alpha', []);
    expect(await takes('beta', 'alpha')).toBeLessThan(300);
    await suite.runtime.shapeNetwork('alpha', [delay]);
    await suite.runtime.kill('alpha');
    await suite.runtime.start('alpha');
    expect(await takes('beta', 'alpha')).toBeLessThan(300);
  });

  it('takes loss and rates, and refuses peers that there are not', async (context) => {
    await needs(context, 'partition');
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
