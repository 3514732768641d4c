import type { TableKind } from '../history/op.js';
import { requestsWith, type Request } from '../history/requests.js';
import type { Check } from './verdict.js';

/** Whether the read endpoint showed only rows that someone wrote: late perhaps, but none of a write that had failed. */
export function checkReads(requests: readonly Request[]): Check {
  const reads = requestsWith(requests, 'tail').filter(({ outcome }) => outcome === 'ok');
  if (reads.length === 0) return { name: 'reads', valid: 'unknown', detail: 'no read of the read endpoint succeeded' };
  const appends = requestsWith(requests, 'append');
  const possible = new Set(
    appends.filter(({ outcome }) => outcome !== 'fail').map(({ invoked }) => nameOf(invoked.value)),
  );
  const phantoms = reads.filter(({ value }) => value.id !== null && !possible.has(nameOf(value)));
  const [first] = phantoms;
  if (first === undefined) {
    return { name: 'reads', valid: true, detail: `${reads.length} reads, none of a row that was never written` };
  }
  return {
    name: 'reads',
    valid: false,
    detail: `${phantoms.length} of ${reads.length} reads found rows whose write had failed, the first ${nameOf(first.value)}`,
  };
}

function nameOf({ table, id }: { readonly table: TableKind; readonly id: number | null }): string {
  return `${table} ${id}`;
}
