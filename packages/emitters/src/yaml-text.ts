import { stringify } from 'yaml';

/** YAML that means the same to readers of YAML 1.1 (PyYAML) and 1.2: what 1.1 takes for a boolean or a number is quoted. */
export function yamlText(document: unknown): string {
  return stringify(document, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
