import { opsOf, type History } from './history/op.js';

/**
 * The register requests of a history as transactions in EDN, for Elle's `rw-register` model: what `elle-cli --model
 * rw-register` reads (elle-cli manual, "rw-register").
 */
export function exportForElle(history: History): string {
  const ops = [...opsOf(history, 'write'), ...opsOf(history, 'read')].toSorted((a, b) => a.index - b.index);
  return ops.map(toEdn).join('');
}

function toEdn({ index, time, process, type, f, value }: ReturnType<typeof opsOf<'write' | 'read'>>[number]): string {
  const micro = f === 'write' ? 'w' : 'r';
  const seen = f === 'read' && type !== 'ok' ? null : value.value;
  return `{:index ${index}, :time ${time}, :process ${process}, :type :${type}, :f :txn, :value [[:${micro} ${value.key} ${seen ?? 'nil'}]]}\n`;
}
