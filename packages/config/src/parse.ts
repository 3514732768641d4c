import { dirname } from 'node:path';
import { checkSchema } from './check-schema.js';
import type { ClusterSpec } from './cluster-spec.js';
import { ConfigError, maskSecret, type ConfigProblem, type Finding } from './problem.js';
import { checkRules } from './rules.js';
import { toSpec } from './to-spec.js';
import { readYaml, type KeyInFile, type YamlDocument } from './yaml-document.js';

/**
 * Reads the text of a cluster.yaml (YAML 1.2; any part of the keys, or none) into a spec with every default filled in.
 *
 * `file` is named in problems, and a relative `credentials.password.file` is taken from its folder. No file is read.
 *
 * @throws ConfigError carrying every problem of the text, in the order of its lines.
 */
export function parseClusterSpec(text: string, options: { readonly file: string }): ClusterSpec {
  const { file } = options;
  const document = readYaml(text);
  const problems: ConfigProblem[] = document.flaws.map((flaw) => ({ file, ...flaw, value: undefined }));
  let spec: ClusterSpec | undefined;

  if (document.value !== undefined) {
    const { findings, usable } = checkSchema(document.value);
    spec = usable && toSpec(usable, dirname(file));
    const clashes = spec ? checkRules(spec).filter(({ keys }) => !overlap(keys, findings)) : [];
    problems.push(...[...findings, ...clashes].map((finding) => place(finding, document, file)));
  }
  if (!spec || problems.length > 0) {
    throw new ConfigError(
      file,
      problems.toSorted((a, b) => a.line - b.line || a.column - b.column),
    );
  }
  return spec;
}

/**
 * The spec of an empty cluster.yaml, or of one that only has a name.
 *
 * @throws ConfigError if the name is no host name.
 */
export function defaultClusterSpec(name?: string): ClusterSpec {
  return parseClusterSpec(JSON.stringify({ name }), { file: 'cluster.yaml' });
}

/** Whether a rule weighed a key that the schema has replaced by its default: what it found is then no news. */
function overlap(keys: readonly string[], findings: readonly Finding[]): boolean {
  return findings.some(({ keys: [broken] }) => keys.some((key) => key === broken || key.startsWith(`${broken}.`)));
}

function place({ keys, message, fix }: Finding, { keys: written }: YamlDocument, file: string): ConfigProblem {
  const key = keys.find((candidate) => written.has(candidate)) ?? keys[0];
  const { line, column } = inFile(key, written) ?? { line: 1, column: 1 };
  return { file, line, column, key, value: maskSecret(key, written.get(key)?.value), message, fix };
}

/** The key itself, or the innermost section around it that the file has. */
function inFile(key: string, written: YamlDocument['keys']): KeyInFile | undefined {
  if (key === '') return undefined;
  return written.get(key) ?? inFile(key.slice(0, Math.max(0, key.lastIndexOf('.'))), written);
}
