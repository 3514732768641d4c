import { messageOf } from '@citus-ha/core';
import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit, type Document, type YAMLMap } from 'yaml';

/** Counted from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the YAML itself. */
export interface YamlFlaw extends Position {
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

export interface YamlDocument {
  /** Plain data; `undefined` where the text is no YAML. Of a doubled key the last counts. */
  readonly value: unknown;
  readonly flaws: readonly YamlFlaw[];
  /** By dotted path. */
  readonly keys: ReadonlyMap<string, KeyInFile>;
}

/** Where a key stands, and its value if that is a single one. */
export interface KeyInFile extends Position {
  readonly value: unknown;
}

const fixes: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'keep one document and remove the line of dashes',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag, or quote the value',
};

/** Reads one YAML 1.2 document and remembers where its keys stand. */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const flaws = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    const position = positionAt(pos[0]);
    const what = code === 'MULTIPLE_DOCS' ? 'a second document begins' : lowerFirst(message);
    const fix = fixes[code] ?? 'mend indentation, quotes or brackets here';
    return { ...position, key: '', message: `${what}${near(text, position)}`, fix };
  });
  if (flaws.length > 0) return { value: undefined, flaws, keys: new Map() };

  const keys = new Map<string, KeyInFile>();
  const doubled = isMap(document.contents) ? [...placeKeys(document.contents, '', keys, positionAt)] : [];
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) ?? {}, flaws: doubled, keys };
  } catch (error) {
    const flaw = { ...positionAt(firstAlias(document)), key: '', message: lowerFirst(messageOf(error)) };
    return { value: undefined, flaws: [...doubled, { ...flaw, fix: 'write the value itself' }], keys };
  }
}

/** Fills in every key below a map, and yields the doubled ones. */
function* placeKeys(
  map: YAMLMap,
  parent: string,
  keys: Map<string, KeyInFile>,
  positionAt: (offset: number) => Position,
): Generator<YamlFlaw> {
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const path = joinKey(parent, String(key.value));
    const position = positionAt(key.range?.[0] ?? 0);
    const first = keys.get(path);
    if (first) {
      yield { ...position, key: path, message: `written twice, first on line ${first.line}`, fix: 'keep one of them' };
      for (const inner of keys.keys()) if (inner.startsWith(`${path}.`)) keys.delete(inner);
    }
    keys.set(path, { ...position, value: isScalar(value) ? value.value : undefined });
    if (isMap(value)) yield* placeKeys(value, path, keys, positionAt);
  }
}

export function joinKey(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('.');
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, (_, node) => {
    if (!isAlias(node)) return undefined;
    offset = node.range?.[0] ?? 0;
    return visit.BREAK;
  });
  return offset;
}

/** The line in question, or the last one before the end of the text, without what might be a password. */
function near(text: string, { line }: Position): string {
  const lines = text.split(/\r?\n/).slice(0, line);
  const snippet = lines.findLast((written) => written.trim() !== '')?.trim();
  if (snippet === undefined) return '';
  return `, near ${snippet.replace(/(pass\w*["']?\s*[:=]).*/i, '$1 ********').slice(0, 80)}`;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
