import { databaseMembers, nearest } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import { siteOf, type OpenCluster } from './open-cluster.js';
import { runningMembers } from './start-stop.js';

/**
 * Has the program of a running member judge each parameter (PostgreSQL manual, `postgres -C`), apart from its server. `shared_buffers`
 * is answered in blocks of 8 kB, memory in kB. Only where plpgsql.so is, libraries are looked for.
 */
const script = String.raw`bin=$1 data=$2 libraries=$3; shift 3
while [ $# -gt 1 ]; do
  said=$("$bin/postgres" -C "$1" -c "$1=$2" -D "$data" 2>&1) || printf 'refused\t%s\t%s\n' "$1" "$(echo "$said" | sed -n 's/.*\(FATAL\|HINT\): *//p' | tr '\n' ' ')"
  case "$said" in
    *'unrecognized configuration parameter'*) "$bin/postgres" --describe-config | cut -f1 | sed 's/^/known\t/' ;;
  esac
  [ "$1" = shared_buffers ] && printf 'buffers\t%s\t%s\n' "$said" "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
  shift 2
done
for folder in "$bin/../lib" "$bin/../lib/postgresql" "$bin/../lib64/pgsql"; do
  [ -e "$folder/plpgsql.so" ] || continue
  for name in $libraries; do [ -e "$folder/$name.so" ] || printf 'missing\t%s\t%s\n' "$name" "$folder"; done
  break
done
exit 0`;

/**
 * Refuses what PostgreSQL itself refuses of `postgres.parameters`, where a server runs whose program can be asked. Patroni leaves
 * out without a word those that it does not know, and lets a server restart into what it cannot start with.
 *
 * @param asked the member whose program is asked; the first that runs, unless told.
 * @throws CodedError `PARAMETER_REFUSED` with what PostgreSQL says of each; `PARAMETER_UNKNOWN` with the nearest known ones.
 */
export async function refuseParameters(cluster: OpenCluster, asked?: string): Promise<void> {
  const { spec, site, runtime } = cluster;
  const parameters = Object.entries(spec.postgres.parameters);
  const running = await runningMembers(cluster);
  const member = asked ?? databaseMembers(spec).find(({ name }) => running.includes(name))?.name;
  if (member === undefined || parameters.length === 0) return;
  const { dataDir } = siteOf(site, member);
  const libraries = String(spec.postgres.parameters['shared_preload_libraries'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w-]+$/.test(name));
  const judged = parameters
    .filter(([name]) => name !== 'shared_preload_libraries')
    .flatMap(([name, value]) => [name, String(value)]);
  const { stdout } = await runtime.exec(member, [
    'sh',
    '-c',
    script,
    'sh',
    site.programs.postgresBinDir,
    dataDir,
    libraries.join(' '),
    ...judged,
  ]);
  const said = stdout.split('\n').map((line) => line.split('\t'));
  const unknown = said.filter(([kind, , text]) => kind === 'refused' && isUnknown(text)).map(([, name = '']) => name);
  const known = said.filter(([kind]) => kind === 'known').map(([, name = '']) => name);
  if (unknown.length > 0) throw unknownParameters(site.versions.postgres, unknown, known);
  const problems = said.flatMap(([kind, name = '', text = '']) => {
    const value = Object.entries(spec.postgres.parameters).find(([key]) => key === name)?.[1];
    if (kind === 'refused' && text.toLowerCase().includes(`"${name.toLowerCase()}"`))
      return [`postgres.parameters.${name}: ${value}: ${text.trim()}`];
    if (kind === 'missing') return [`postgres.parameters.shared_preload_libraries: there is no ${name}.so in ${text}`];
    return kind === 'buffers' ? beyondMemory(Number(name) * 8, Number(text)) : [];
  });
  if (problems.length === 0) return;
  throw new CodedError('PARAMETER_REFUSED', problems.join('\n'), {
    blame: 'user',
    fix: 'Correct it in cluster.yaml; no server was given it.',
  });
}

function isUnknown(text = ''): boolean {
  return text.includes('unrecognized configuration parameter');
}

function beyondMemory(wantedKb: number, memoryKb: number): readonly string[] {
  if (!(memoryKb > 0 && wantedKb >= memoryKb)) return [];
  const [wanted, memory] = [wantedKb, memoryKb].map((kb) => `${Math.floor(kb / 1024)} MB`);
  return [`postgres.parameters.shared_buffers: ${wanted} are more than the ${memory} of memory that the machine has`];
}

function unknownParameters(version: number, unknown: readonly string[], known: readonly string[]): CodedError {
  const hints = unknown.map((name) => nearest(name, known) ?? 'none that is like it');
  return new CodedError(
    'PARAMETER_UNKNOWN',
    `PostgreSQL ${version} knows no ${unknown.map((name) => `postgres.parameters.${name}`).join(', ')}`,
    { blame: 'user', fix: `Correct it in cluster.yaml; it knows ${hints.join(', ')}.` },
  );
}
