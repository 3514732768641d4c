import { readFileSync } from 'node:fs';
import { parseClusterSpec, type ClusterSpec } from '@citus-ha/config';

const examples = { default: 'cluster', stock: 'stock', 'three-coordinators': 'three-coordinators' } as const;

/** The clusters of the examples folder, by what they show. */
export const exampleSpecs = Object.entries(examples).map(([name, file]): readonly [name: string, spec: ClusterSpec] => [
  name,
  exampleSpec(`${file}.yaml`),
]);

function exampleSpec(file: string): ClusterSpec {
  const url = new URL(`../../../../examples/${file}`, import.meta.url);
  return parseClusterSpec(readFileSync(url, 'utf8'), { file });
}
