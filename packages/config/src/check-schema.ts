import type { z } from 'zod';
import { nearest } from './nearest.js';
import { maskSecret, type Finding } from './problem.js';
import { clusterJsonSchema, clusterSchema, type ClusterInput } from './schema.js';
import { joinKey } from './yaml-document.js';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export interface SchemaVerdict {
  readonly findings: readonly Finding[];
  /** The input without what is wrong, defaults in its place, for the rules to go on with; `undefined` if nothing is left. */
  readonly usable: ClusterInput | undefined;
}

/** Holds plain data against the schema. */
export function checkSchema(value: unknown): SchemaVerdict {
  const parsed = clusterSchema.safeParse(value);
  if (parsed.success) return { findings: [], usable: parsed.data };

  const sound: unknown = structuredClone(value);
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, value));
  for (const { path } of faults) removeAt(sound, path);
  return {
    findings: faults.map(({ path, message, fix }) => ({ keys: [keyOf(path)], message, fix })),
    usable: clusterSchema.safeParse(sound).data,
  };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (isRecord(inner) ? inner[String(part)] : undefined), value);
}

interface Fault {
  readonly path: Path;
  readonly message: string;
  readonly fix: string;
}

function faultsOf(issue: Issue, root: unknown): readonly Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === 'invalid_key') {
    return [{ path, message: 'no name of a PostgreSQL parameter', fix: 'write it in lowercase, as the manual does' }];
  }
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) return meant.flatMap((inner) => faultsOf({ ...inner, path: [...path, ...inner.path] }, root));

  const received = valueAt(root, path);
  const likely =
    issue.code === 'invalid_value' && typeof received === 'string'
      ? nearest(received, issue.values.map(String))
      : undefined;
  const hint = likely === undefined ? '' : `; did you mean ${likely}?`;
  if (received === null) return [{ path, message: 'has no value', fix: `write ${issue.message}, or remove the key` }];
  return [{ path, message: `got ${show(received, keyOf(path))}`, fix: `write ${issue.message}${hint}` }];
}

/** The one branch of a union whose outer form fits, if there is just one. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function unknownKey(parent: Path, key: string): Fault {
  const known = knownKeys();
  const section = keyOf(parent);
  const siblings = known.filter(({ parent: owner }) => owner === section).map(({ name }) => name);
  const elsewhere = known.find(({ name }) => name === key);
  const likely = nearest(key, siblings) ?? (elsewhere && joinKey(elsewhere.parent, elsewhere.name));
  return {
    path: [...parent, key],
    message: 'unknown key',
    fix: likely === undefined ? `write one of ${siblings.join(', ')}` : `did you mean ${likely}?`,
  };
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
}

function knownKeys(node = clusterJsonSchema() as SchemaNode, parent = ''): readonly { parent: string; name: string }[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([name, inner]) => [
    { parent, name },
    ...knownKeys(inner, joinKey(parent, name)),
  ]);
  return [...below, ...(node.anyOf ?? []).flatMap((branch) => knownKeys(branch, parent))];
}

function removeAt(value: unknown, path: Path): void {
  const owner = valueAt(value, path.slice(0, -1));
  const last = path.at(-1);
  if (isRecord(owner) && last !== undefined) delete owner[String(last)];
}

function show(value: unknown, key: string): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  const shown = maskSecret(key, value);
  const text = typeof value === 'string' && shown === value ? JSON.stringify(value) : String(shown);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function keyOf(path: Path): string {
  return joinKey(...path.map(String));
}
