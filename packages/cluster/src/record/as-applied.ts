import { valuesByKey, type ClusterSpec, type Scalar } from '@citus-ha/config';
import type { AppliedSpec, ClusterRecord } from '@citus-ha/layout';

/** A key of cluster.yaml whose value is not the one that the cluster was brought to; `null` is none, of a PostgreSQL parameter. */
export interface Difference {
  readonly key: string;
  readonly applied: Scalar;
  readonly asked: Scalar;
}

const ofWhoeverAsks: readonly string[] = ['name', 'runtime', 'postgres.unsafe', 'credentials.password'];
const parameters = 'postgres.parameters';

/** By which keys cluster.yaml differs from what the cluster was brought to; nothing of those that are not known. */
export function differencesOf(spec: ClusterSpec, { spec: brought, engine }: ClusterRecord): readonly Difference[] {
  const applied = valuesByKey({ ...brought, engine: spec.engine === 'auto' ? 'auto' : engine });
  const asked = valuesByKey(spec);
  const isKnown = (key: string) =>
    isWithin(key, parameters) ? brought.postgres?.parameters !== undefined : applied.has(key) && asked.has(key);
  return [...new Set([...asked.keys(), ...applied.keys()])]
    .filter((key) => isKnown(key) && !ofWhoeverAsks.some((own) => isWithin(key, own)))
    .map((key) => ({ key, applied: applied.get(key) ?? null, asked: asked.get(key) ?? null }))
    .filter((difference) => difference.applied !== difference.asked);
}

function isWithin(key: string, section: string): boolean {
  return key === section || key.startsWith(`${section}.`);
}

/**
 * The spec that the members of a cluster have, as far as its record knows: by this it is looked at, whatever the file asks for.
 * What an `up` was about when it ended early may have been done; clients are still where they were before it.
 */
export function asApplied(spec: ClusterSpec, { spec: brought, pending, engine }: ClusterRecord): ClusterSpec {
  const { proxy } = brought;
  const known: AppliedSpec = { ...(pending ?? brought), ...(proxy && { proxy }), engine };
  return overlay(spec, known, '') as ClusterSpec;
}

function overlay(asked: unknown, applied: unknown, key: string): unknown {
  if (applied === undefined || ofWhoeverAsks.includes(key)) return asked;
  if (key === parameters || !isSection(asked) || !isSection(applied)) return applied;
  return Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      overlay(value, applied[name], key === '' ? name : `${key}.${name}`),
    ]),
  );
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
