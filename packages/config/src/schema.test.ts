import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterJsonSchema } from './schema.js';
import { clusterTemplate } from './template.js';

describe('schema.json', () => {
  it('is what the schema gives today', async () => {
    await expect(`${JSON.stringify(clusterJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../schema.json');
  });

  it('lets editors accept the template and refuse an unknown key', () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(clusterJsonSchema());
    const template = parse(clusterTemplate()) as object;
    expect([validate(template), validate({ ...template, nmae: 'x' }), validate({ etcd: { count: '3' } })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('describes every key', () => {
    expect(undescribed(clusterJsonSchema() as Node)).toEqual([]);
  });
});

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
}

function undescribed(node: Node, path = ''): readonly string[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([key, inner]) => [
    ...(inner.description ? [] : [`${path}${key}`]),
    ...undescribed(inner, `${path}${key}.`),
  ]);
  return [...below, ...(node.anyOf ?? []).flatMap((branch) => undescribed(branch, path))];
}
