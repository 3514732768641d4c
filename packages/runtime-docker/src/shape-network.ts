import { CodedError } from '@citus-ha/core';
import type Docker from 'dockerode';
import { containerLogs } from './container-output.js';
import { labels } from './names.js';

/**
 * Brings rules of nft(8) about in a container's network. A container of its own does it, in that network and with the right
 * to change it, so that members need none.
 */
export async function shapeNetwork(
  engine: Docker,
  {
    cluster,
    member,
    container,
    image,
    rules,
  }: {
    readonly cluster: string;
    readonly member: string;
    /** Its id. */
    readonly container: string;
    /** One that has nft. */
    readonly image: string;
    readonly rules: string;
  },
): Promise<void> {
  const shaper = await engine.createContainer({
    Image: image,
    User: '0:0',
    Entrypoint: ['nft'],
    Cmd: [rules],
    Healthcheck: { Test: ['NONE'] },
    Labels: { [labels.project]: cluster },
    HostConfig: { NetworkMode: `container:${container}`, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
  });
  try {
    await shaper.start();
    const { StatusCode } = (await shaper.wait()) as { readonly StatusCode: number };
    if (StatusCode === 0) return;
    const lines: string[] = [];
    for await (const line of containerLogs(shaper, { tail: 3 })) lines.push(line);
    throw new CodedError('NETWORK_FAILED', [`nft refused the rules for ${member}:`, ...lines].join('\n  '), {
      member,
      fix: "Let the engine's kernel have nf_tables.",
    });
  } finally {
    await shaper.remove({ force: true, v: true });
  }
}
