import { createHash } from 'node:crypto';
import { coordinators, type MemberSpec } from '@citus-ha/config';
import { endpointAt, urlOf, type RenderedFile } from '@citus-ha/layout';
import { recoverTransactions } from '@citus-ha/member-agent';
import { agentPath } from './agent-files.js';
import { ownServer } from './own-server.js';
import { inCitusGroup } from './patroni-scope.js';
import { placeOf, type RenderInput } from './rendering.js';

/**
 * What settles Citus's two-phase commits that somebody left behind, on all nodes: a callback of Patroni's on coordinators. Citus
 * would do it by itself, on every server that thinks it is a primary; see docs/adr/0007.
 */
export function transactionRecovery(
  input: RenderInput,
  member: MemberSpec,
): { readonly command: string; readonly file: RenderedFile } | undefined {
  if (!inCitusGroup(input.engine, member)) return undefined;
  const { spec, site } = input;
  const { address } = placeOf(site, member.name);
  const path = agentPath(input, member, recoverTransactions.name);
  const others = coordinators(spec).filter(({ name }) => name !== member.name);
  const args = [
    `${site.programs.postgresBinDir}/psql`,
    ownServer(input, member, spec.postgres.database),
    `${urlOf(endpointAt(address, 'patroni'))}/primary`,
    others.map(({ name }) => placeOf(site, name).address).join(','),
    // By this a reload tells one that runs what the file was before from one that runs what it is.
    createHash('sha256').update(recoverTransactions.content).digest('hex').slice(0, 12),
  ];
  return {
    command: ['python3', path, ...args].map(shellWord).join(' '),
    file: { path, content: recoverTransactions.content, mode: 0o600 },
  };
}

/** Patroni splits a callback as a shell would. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
