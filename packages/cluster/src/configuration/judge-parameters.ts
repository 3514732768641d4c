import { nearest, type ParameterValue } from '@citus-ha/config';
import { CodedError } from '@citus-ha/core';
import type { ClusterHandle } from '../cluster-handle.js';
import { siteOf } from '../places.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** How a refusal names where a parameter is set, and what its reader is to do. */
export interface Origin {
  readonly place: string;
  readonly fix: string;
}

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
 * Refuses what PostgreSQL itself refuses, by the program of a member that runs. Patroni leaves out without a word those that it
 * does not know, and lets a server restart into what it cannot start with.
 *
 * @throws CodedError `PARAMETER_REFUSED` with what PostgreSQL says of each; `PARAMETER_UNKNOWN` with the nearest known ones.
 */
export async function judgeParameters(
  { site, runtime }: ClusterHandle,
  member: string,
  parameters: Parameters,
  origin: Origin,
): Promise<void> {
  if (Object.keys(parameters).length === 0) return;
  const { shared_preload_libraries: preloaded = '', ...judged } = parameters;
  const libraries = String(preloaded)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[\w-]+$/.test(name));
  const { stdout } = await runtime.exec(member, [
    'sh',
    '-c',
    script,
    'sh',
    site.programs.postgresBinDir,
    siteOf(site, member).dataDir,
    libraries.join(' '),
    ...Object.entries(judged).flatMap(([name, value]) => [name, String(value)]),
  ]);
  const said = stdout.split('\n').map((line) => line.split('\t'));
  const unknown = said.filter(([kind, , text]) => kind === 'refused' && isUnknown(text)).map(([, name = '']) => name);
  const known = said.filter(([kind]) => kind === 'known').map(([, name = '']) => name);
  if (unknown.length > 0) throw unknownParameters(site.versions.postgres, origin, unknown, known);
  const problems = said.flatMap(([kind, name = '', text = '']) => {
    if (kind === 'refused' && text.toLowerCase().includes(`"${name.toLowerCase()}"`))
      return [`${origin.place}.${name}: ${parameters[name]}: ${text.trim()}`];
    if (kind === 'missing') return [`${origin.place}.shared_preload_libraries: there is no ${name}.so in ${text}`];
    return kind === 'buffers' ? beyondMemory(origin, Number(name) * 8, Number(text)) : [];
  });
  if (problems.length === 0) return;
  throw new CodedError('PARAMETER_REFUSED', problems.join('\n'), { blame: 'user', fix: origin.fix });
}

function isUnknown(text = ''): boolean {
  return text.includes('unrecognized configuration parameter');
}

function beyondMemory({ place }: Origin, wantedKb: number, memoryKb: number): readonly string[] {
  if (!(memoryKb > 0 && wantedKb >= memoryKb)) return [];
  const [wanted, memory] = [wantedKb, memoryKb].map((kb) => `${Math.floor(kb / 1024)} MB`);
  return [`${place}.shared_buffers: ${wanted} are more than the ${memory} of memory that the machine has`];
}

function unknownParameters(
  version: number,
  { place, fix }: Origin,
  unknown: readonly string[],
  known: readonly string[],
): CodedError {
  const hints = unknown.map((name) => nearest(name, known) ?? 'none that is like it');
  return new CodedError(
    'PARAMETER_UNKNOWN',
    `PostgreSQL ${version} knows no ${unknown.map((name) => `${place}.${name}`).join(', ')}`,
    { blame: 'user', fix: `${fix} It knows ${hints.join(', ')}.` },
  );
}
