/** A coordinator that does not start its Patroni yet, since etcd does not know who may lead (docs/adr/0010). */
export interface Wait {
  readonly member: string;
  readonly waitsFor: readonly string[];
  readonly why: string;
  /** Time alone does not end it. */
  readonly stuck: boolean;
}

/** For people. */
export function waitWords({ member, waitsFor, why }: Wait): string {
  const whom = waitsFor.filter((name) => name !== member).join(', ');
  return whom === '' ? `${member} cannot tell what it holds: ${why}` : `${member} waits for ${whom}: ${why}`;
}

/** @param down Members that do not run. */
export function waitFix({ member, waitsFor, stuck }: Wait, down: readonly string[]): string {
  const lost = waitsFor.filter((name) => down.includes(name));
  if (lost.length > 0) {
    return `Start ${lost.join(', ')}: \`citus-ha up\`. To lose what only ${lost.join(', ')} may have: \`citus-ha start ${member} --allow-loss\`.`;
  }
  if (stuck)
    return 'Mend what is named, or move those data away. To lose what only they have: `citus-ha up --allow-loss`.';
  return `Wait, or see \`citus-ha logs ${waitsFor[0] ?? member}\`.`;
}
