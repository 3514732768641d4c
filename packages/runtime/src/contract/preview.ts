import { expect, it } from 'vitest';
import { definition, type ContractSuite } from './contract-suite.js';

/** What the port promises of the look ahead. */
export function preview(suite: ContractSuite): void {
  it('foresees the site that it settles', async () => {
    const { runtime, spec } = suite.subject;
    const site = await runtime.prepare({ spec, install: true });
    expect((await runtime.preview(spec))?.site).toEqual(site);
    const more = { ...spec, workers: { ...spec.workers, count: spec.workers.count + 1 } };
    const foreseen = (await runtime.preview(more))?.site;
    expect(await runtime.site()).toEqual(site);
    expect(await runtime.prepare({ spec: more, install: true })).toEqual(foreseen);
  });

  it('foresees what a new definition comes to for a running member, and leaves the member as it is', async () => {
    const { runtime, spec, filePath = () => '/tmp/contract' } = suite.subject;
    await runtime.prepare({ spec, install: true });
    const { incarnation } = await suite.started('alpha');
    const compare = async (asked: ReturnType<typeof definition>) => (await runtime.preview(spec))?.compare(asked);
    const isSameLife = async () => (await runtime.member('alpha')).incarnation?.id === incarnation?.id;
    const alpha = definition('alpha', suite.programs.calm);
    const withFile = { ...alpha, files: [{ path: filePath('alpha'), mode: 0o600, content: 'new' }] };
    const withOtherEnvironment = { ...withFile, env: { COLOUR: 'red' } };

    expect([await compare(alpha), await compare(withFile), await compare(withOtherEnvironment)]).toEqual([
      'same',
      'files',
      'life',
    ]);
    expect(await runtime.create(alpha)).toEqual({ changed: false });
    expect(await runtime.create(withFile)).toEqual({ changed: true });
    expect([await compare(withFile), await isSameLife()]).toEqual(['same', true]);
    const { stale = false } = await runtime.create(withOtherEnvironment);
    expect(stale || !(await isSameLife())).toBe(true);
    expect(await compare(withOtherEnvironment)).toBe(stale ? 'life' : 'same');
  });
}
