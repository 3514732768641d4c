import { etcdMembers } from '@citus-ha/config';
import { placedMembers, renderedFolder, type RenderedFile } from '@citus-ha/layout';
import { documentsFor } from './docker-adoption.js';
import { composeEnvironment, hostPath, renderCompose } from './compose.js';
import { etcdAccessFile } from './etcd-access.js';
import { renderMember } from './render-member.js';
import type { RenderInput } from './rendering.js';
import { renderSetup } from './setup.js';

/**
 * Every file of the cluster, with paths relative to the folder they are to be written to: `coord-1/patroni.yml`,
 * `haproxy/haproxy.cfg`, and for containers `compose.yaml` with the files of its `setup` service. Modes as in
 * {@link RenderedFile}. The image set, which compose.yaml builds from, is in `images/`.
 */
export function renderFolder(input: RenderInput): readonly RenderedFile[] {
  const members = placedMembers(input.spec, input.site);
  const files = members.flatMap((member) => placed(member.name, renderMember(input, member).files));
  if (input.site.runtime !== 'docker') return files;
  const setup = input.engine === 'citus' ? placed('setup', renderSetup(input).files) : [];
  const { documents, compose } = renderedFolder;
  const access = etcdAccessFile(input);
  return [
    { path: compose.file, content: renderCompose(input), mode: 0o644 },
    { path: compose.environment, content: composeEnvironment(input), mode: 0o644 },
    ...files,
    ...(access ? etcdMembers(input.spec).flatMap(({ name }) => placed(name, [access])) : []),
    ...setup,
    ...placed(documents, documentsFor(input)),
    ...(input.imageSet ?? []).map((file) => ({ ...file, path: `images/${file.path}` })),
  ];
}

function placed(owner: string, files: readonly RenderedFile[]): readonly RenderedFile[] {
  return files.map((file) => ({ ...file, path: hostPath(owner, file) }));
}
