import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { expect } from 'vitest';
import type { ContractContext } from './contract-context.js';

/**
 * Compares an answer with the one Citus gave. Only Citus itself may write a golden file, and never in CI.
 *
 * @param golden Folder of the golden files, named by engine and version: `.../citus-13.2.2`.
 */
export async function expectGolden(
  context: ContractContext,
  golden: string,
  { concern, title }: { readonly concern: string; readonly title: string },
  answer: unknown,
): Promise<void> {
  const path = resolve(golden, concern, `${slug(title)}.json`);
  const text = renderAnswer(basename(golden), normalise(context, answer));
  if (context.engine.kind === 'citus') await expect(text).toMatchFileSnapshot(path);
  else expect(text).toBe(await readFile(path, 'utf8'));
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Servers by what they are instead of where they happen to run. */
function normalise(context: ContractContext, answer: unknown): unknown {
  const names = new Map<string, string>([[context.host(0), 'coordinator']]);
  for (const worker of context.workerNumbers) {
    names.set(context.host(worker), `worker${worker}`);
    names.set(context.otherName(worker), `alias-of-worker${worker}`);
  }
  const replace = (text: string): string =>
    [...names].reduce((left, [address, name]) => left.replaceAll(address, name), text);
  return JSON.parse(replace(JSON.stringify(answer))) as unknown;
}

/** JSON with one row a line. */
function renderAnswer(answeredBy: string, answer: unknown): string {
  const parts = Object.entries({ answeredBy, answer }).map(([key, value]) => `  "${key}": ${render(value, '  ')}`);
  return `{\n${parts.join(',\n')}\n}\n`;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function render(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.some(isNested)) {
    return `[\n${value.map((element) => `${indent}  ${JSON.stringify(element)}`).join(',\n')}\n${indent}]`;
  }
  if (isNested(value) && !Array.isArray(value) && Object.values(value as object).some(isNested)) {
    const entries = Object.entries(value as object);
    const lines = entries.map(([key, part]) => `${indent}  "${key}": ${render(part, `${indent}  `)}`);
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
