import { coordinators, databaseMembers, etcdMembers, poolers, proxies, type MemberSpec } from '@citus-ha/config';
import {
  adoptionLabels,
  composeAdoption,
  containerLog,
  containerName,
  endpointAt,
  engineSocket,
  needsOf,
  networkOf,
  placedMembers,
  renderedFolder,
  statsAt,
  urlOf,
  type RenderedFile,
} from '@citus-ha/layout';
import { dockerImages, documentsFor } from './docker-adoption.js';
import { etcdAccessFile } from './etcd-access.js';
import { renderMember } from './render-member.js';
import { placeOf, type RenderedMember, type RenderInput } from './rendering.js';
import { renderSetup } from './setup.js';
import { yamlText } from './yaml-text.js';

/** Where an image of the set looks for files to copy to where they belong. */
const given = '/citus-ha/files';

/**
 * A compose.yaml for a cluster on a `dockerSite`, beside the files of `renderFolder`: one service a member, fixed
 * addresses, names that resolve also while their container is down, published ports on `proxy.bind` alone, passwords in
 * mounted files only. `setup` registers the workers; it is there with Citus only, since nothing but `citus-ha bootstrap`
 * installs the stand-in. Images that are not there are built from `images/`, one folder each of the image set. `citus-ha` takes
 * the cluster for its own. Follows the Compose Specification.
 */
export function renderCompose(input: RenderInput): string {
  const members = placedMembers(input.spec, input.site);
  const services = members.map((member) => [member.name, memberService(input, member)]);
  const setup = input.engine === 'citus' ? { setup: setupService(input) } : {};
  return yamlText({
    services: { ...Object.fromEntries(services), ...setup },
    networks: { default: { ipam: { config: [{ subnet: networkOf(input.spec).subnet }] } } },
    volumes: Object.fromEntries(
      members.filter(({ kind }) => needsOf(kind).data).map(({ name }) => [volumeOf(name), {}]),
    ),
  });
}

/**
 * Compose's `.env` beside it, which names the project. The file itself may not: docker-compose 1.29 refuses the key `name`.
 */
export function composeEnvironment({ spec }: RenderInput): string {
  return `COMPOSE_PROJECT_NAME=${spec.name}\n`;
}

/** Where a file of a service is, relative to compose.yaml. */
export function hostPath(service: string, { path }: RenderedFile): string {
  return `${service}/${path.slice(path.lastIndexOf('/') + 1)}`;
}

function memberService(input: RenderInput, member: MemberSpec) {
  const { address } = placeOf(input.site, member.name);
  const rendered = renderMember(input, member);
  const access = member.kind === 'etcd' ? etcdAccessFile(input) : undefined;
  const { volumes, ...common } = commonOptions(input, member.name, rendered, needsOf(member.kind).attends ? '' : given);
  return {
    // For docker-compose 1.29, which has another name for it.
    container_name: containerName(input.spec.name, member.name),
    hostname: member.name,
    image: dockerImages(input)[needsOf(member.kind).image],
    ...buildOptions(input, member),
    ...common,
    labels: adoptionLabels(rendered, {
      images: dockerImages(input),
      bind: input.spec.proxy.bind,
      sharedMemory: input.spec.docker.sharedMemory,
    }),
    restart: 'unless-stopped',
    networks: { default: { ipv4_address: address } },
    volumes: [
      ...volumes,
      ...(member.kind === 'coordinator'
        ? documentsFor(input).map((file) => mount(renderedFolder.documents, file, file.path))
        : []),
      ...(access ? [mount(member.name, access, `${given}${access.path}`)] : []),
      ...(needsOf(member.kind).attends ? [`${engineSocket}:${engineSocket}:ro`] : []),
      ...(needsOf(member.kind).data ? [`${volumeOf(member.name)}:/var/lib/citus-ha`] : []),
    ],
    healthcheck: healthcheck(input, member),
    ...kindOptions(input, member),
  };
}

function setupService(input: RenderInput) {
  const { spec } = input;
  return {
    image: dockerImages(input).member,
    ...commonOptions(input, 'setup', renderSetup(input)),
    labels: { [composeAdoption.setup]: 'true' },
    restart: 'on-failure',
    healthcheck: { disable: true },
    depends_on: awaiting('service_healthy', [...databaseMembers(spec), ...proxies(spec)]),
  };
}

function commonOptions(
  { spec, site }: RenderInput,
  service: string,
  { command, env, files }: Pick<RenderedMember, 'command' | 'env' | 'files'>,
  below = given,
) {
  return {
    command,
    environment: env,
    extra_hosts: placedMembers(spec, site).map(({ name }) => `${name}:${placeOf(site, name).address}`),
    // Begins as root, since files belong to whoever rendered them: the entrypoint copies them for the member's user, as whom
    // it goes on. A sentinel stays root.
    user: '0:0',
    logging: { driver: containerLog.Type, options: containerLog.Config },
    volumes: files.map((file) => mount(service, file, `${below}${file.path}`)),
  };
}

function mount(service: string, file: RenderedFile, target: string): string {
  return `./${hostPath(service, file)}:${target}:ro`;
}

/** The first member of an image says how to build it. Its PostgreSQL must be the one that the files beside it are for. */
function buildOptions({ spec, site }: RenderInput, member: MemberSpec) {
  const kind = needsOf(member.kind).image;
  if (placedMembers(spec, site).find((other) => needsOf(other.kind).image === kind)?.name !== member.name) return {};
  const { baseImage } = spec.docker;
  const args = {
    ...(baseImage !== 'auto' && { BASE_IMAGE: baseImage }),
    ...(kind === 'member' && { POSTGRES_VERSION: String(site.versions.postgres) }),
  };
  return { build: { context: `./images/${kind}`, args } };
}

function kindOptions({ spec }: RenderInput, { kind, name }: MemberSpec) {
  switch (kind) {
    case 'coordinator':
    case 'worker':
      return { shm_size: spec.docker.sharedMemory, depends_on: awaiting('service_healthy', etcdMembers(spec)) };
    case 'proxy':
      return {
        // The machine's ports go to one of several.
        ports: name === proxies(spec)[0]?.name ? published(spec, Object.values(spec.proxy.ports)) : [],
        depends_on: awaiting('service_started', coordinators(spec)),
      };
    case 'sentinel':
      // Of root's rights it needs none but to be the socket's owner.
      return {
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges', 'label=disable'],
        userns_mode: 'host',
        depends_on: awaiting('service_started', coordinators(spec)),
      };
    case 'pooler':
      return {
        ports: name === poolers(spec)[0]?.name ? published(spec, [spec.pooler.port]) : [],
        depends_on: awaiting('service_started', proxies(spec)),
      };
    default:
      return {};
  }
}

function published({ proxy: { bind } }: RenderInput['spec'], ports: readonly number[]): readonly string[] {
  const host = bind.includes(':') ? `[${bind}]` : bind;
  return ports.map((port) => `${host}:${port}:${port}`);
}

function awaiting(condition: 'service_started' | 'service_healthy', members: readonly MemberSpec[]) {
  return Object.fromEntries(members.map(({ name }) => [name, { condition }]));
}

function healthcheck(input: RenderInput, member: MemberSpec) {
  if (needsOf(member.kind).attends) return { disable: true };
  return { test: ['CMD', ...healthCommand(input, member)], interval: '2s', timeout: '5s', retries: 30 };
}

function healthCommand({ spec }: RenderInput, { kind }: MemberSpec): readonly string[] {
  // Healthy once it is closed to strangers: the databases wait for that.
  if (kind === 'etcd') return ['citus-ha-etcd', 'healthy'];
  if (kind === 'pooler') return ['citus-ha-pooler', 'healthy'];
  const url =
    kind === 'proxy'
      ? `${urlOf(statsAt('localhost', spec.proxy.ports.stats))}/`
      : `${urlOf(endpointAt('localhost', 'patroni'))}/health`;
  return ['curl', '--fail', '--silent', '--output', '/dev/null', url];
}

function volumeOf(member: string): string {
  return `${member}-data`;
}
