import { messageOf, redact, redactPasswords } from '@citus-ha/core';
import { etcdUsers, renderMember } from '@citus-ha/emitters';
import { examine } from '../doctor/doctor.js';
import { readConfiguration } from '../configuration/dynamic-configuration.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { membersHere } from '../members-here.js';
import { askCoordinators } from '../open-cluster.js';
import { readStatus } from '../status/read-status.js';
import { renderInput } from '../render-input.js';

export interface ReportFile {
  readonly path: string;
  readonly content: string;
}

const logLines = 2_000;

/** All that someone else needs to understand what happened in a cluster, without its passwords. */
export async function collectReport(cluster: ClusterHandle): Promise<readonly ReportFile[]> {
  const { spec, site, record, runtime } = cluster;
  const members = membersHere(cluster);
  const files = await Promise.all([
    file('spec.json', () => Promise.resolve(json(spec))),
    file('site.json', () => Promise.resolve(json(site))),
    file('status.json', async () => json(await readStatus(cluster))),
    file('doctor.json', async () => json(await examine(cluster))),
    file('history.json', async () => json(await askCoordinators(cluster, (client) => client.history()))),
    file('dynamic-configuration.json', async () => json(await readConfiguration(cluster, 0))),
    ...members.map(({ name }) =>
      file(`logs/${name}.log`, async () => {
        const lines: string[] = [];
        for await (const line of runtime.logs(name, { tail: logLines })) lines.push(line);
        return `${lines.join('\n')}\n`;
      }),
    ),
  ]);
  const secrets = [
    ...Object.values(record.secrets),
    ...etcdUsers(renderInput(cluster)).map(({ password }) => password),
  ];
  const rendered = members.flatMap((member) =>
    renderMember(renderInput(cluster), member)
      .files.filter(({ path }) => !path.endsWith('.key'))
      .map(({ path, content }) => ({
        path: `configuration/${member.name}/${path.split('/').at(-1) ?? path}`,
        content,
      })),
  );
  const seen = files.map(({ path, content }) => ({ path, content: redactPasswords(content) }));
  return [...seen, ...rendered].map(({ path, content }) => ({
    path,
    content: redact(content, secrets),
  }));
}

/** A part that cannot be read is reported as such, so that the rest still is. */
async function file(path: string, read: () => Promise<string>): Promise<ReportFile> {
  return { path, content: await read().catch((error: unknown) => `unreadable: ${messageOf(error)}\n`) };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
