import { basename } from 'node:path';
import type { MemberSpec } from '@citus-ha/config';
import { CodedError, messageOf, waitFor } from '@citus-ha/core';
import { renderMember } from '@citus-ha/emitters';
import type { MemberDefinition } from '@citus-ha/runtime';
import type { ClusterHandle } from '../cluster-handle.js';
import { siteOf } from '../places.js';
import { renderInput } from '../render-input.js';
import { restartProcess, runningMembers } from '../commands/start-stop.js';

/** HAProxy checks files, the first of which names the others: each by NAME SIZE, their text on standard input, then its command. */
const checkScript = `dir=$(mktemp -d) && cd "$dir" && main=$1
while [ "$1" != -- ]; do head -c "$2" >"$1"; shift 2; done; shift
"$@" -c -f "$dir/$main" 2>&1; code=$?; rm -rf "$dir"; exit $code`;

/**
 * Has each running proxy's own program check the configuration it is to get, before anything is touched.
 *
 * @throws CodedError `PROXY_REFUSED` with what HAProxy says.
 */
export async function refuseProxies(cluster: ClusterHandle, wanted: readonly MemberSpec[]): Promise<void> {
  const running = await runningMembers(cluster);
  for (const member of wanted) {
    if (member.kind !== 'proxy' || !running.includes(member.name)) continue;
    const { files } = renderMember(renderInput(cluster), member);
    const sizes = files.flatMap(({ path, content }) => [basename(path), String(Buffer.byteLength(content))]);
    const command = ['sh', '-c', checkScript, 'sh', ...sizes, '--', ...cluster.site.programs.haproxy];
    const input = files.map(({ content }) => content).join('');
    const { exitCode, stdout } = await cluster.runtime.exec(member.name, command, { input });
    if (exitCode === 0) continue;
    throw new CodedError('PROXY_REFUSED', `HAProxy refuses what cluster.yaml makes of its file: ${stdout.trim()}`, {
      blame: 'user',
      fix: 'Correct what is under proxy and timings.check in cluster.yaml; nothing was touched.',
    });
  }
}

/**
 * Gives a running proxy its new definition by `take`, which answers whether it began a new life. Where that does not serve, the
 * old definition comes back: the proxy is the one address of all clients.
 *
 * @throws CodedError `PROXY_NOT_SERVING` saying whether the old one serves again.
 */
export async function withFallback(
  cluster: ClusterHandle,
  member: MemberSpec,
  take: () => Promise<boolean>,
): Promise<void> {
  const before = await definitionInUse(cluster, member);
  try {
    if (await take()) await waitUntilServing(cluster, member.name);
  } catch (cause) {
    if (!before || cluster.signal?.aborted) throw cause;
    const again = await restore(cluster, member, before).then(() => undefined, messageOf);
    const outcome = again === undefined ? 'The old one is back and serves' : `The old one is back, and: ${again}`;
    throw new CodedError(
      'PROXY_NOT_SERVING',
      `${member.name} does not serve with its new configuration: ${messageOf(cause)}. ${outcome}`,
      { member: member.name, cause, fix: 'Correct what is under proxy in cluster.yaml, and run the command again.' },
    );
  }
}

async function restore(cluster: ClusterHandle, member: MemberSpec, before: MemberDefinition): Promise<void> {
  await cluster.runtime.create(before);
  await restartProcess(cluster, member);
  await waitUntilServing(cluster, member.name);
}

/** As it runs: no record has the text of a file that an earlier version wrote. */
async function definitionInUse(cluster: ClusterHandle, member: MemberSpec): Promise<MemberDefinition | undefined> {
  const { runtime } = cluster;
  const { name } = member;
  const definition = renderMember(renderInput(cluster), member);
  const inUse = await Promise.all(
    definition.files.map(async (file) => {
      const found = await runtime.exec(name, ['cat', file.path]).catch(() => undefined);
      return found?.exitCode === 0 ? [{ ...file, content: found.stdout }] : [];
    }),
  );
  const files = inUse.flat();
  const { configFile } = siteOf(cluster.site, name);
  if (!files.some(({ path }) => path === configFile)) return undefined;
  const { ports } = await runtime.member(name);
  return { ...definition, files, ports };
}

async function waitUntilServing(cluster: ClusterHandle, name: string): Promise<void> {
  const serves = await waitFor({
    what: `${name} to serve`,
    member: name,
    probe: async () => {
      const { state, ports } = await cluster.runtime.member(name);
      if (state === 'exited') return 'no';
      // The old definition may have its statistics elsewhere.
      await cluster.routes(name, ports['stats']).read();
      return 'yes';
    },
    timeoutMs: 10_000,
    intervalMs: 100,
    signal: cluster.signal,
  });
  if (serves === 'no') throw new CodedError('MEMBER_ENDED', `${name} ended`, { member: name });
}
