import type { ClusterSpec } from '@citus-ha/config';
import { keepsStatements } from '@citus-ha/emitters';
import type { Site } from '@citus-ha/layout';
import type { Finding } from './finding.js';

/** What clients of the poolers have to do without. */
export function poolerFindings(spec: ClusterSpec, { pgbouncer }: Site['versions']): readonly Finding[] {
  if (spec.pooler.count === 0) return [];
  const check = 'prepared statements';
  const works = keepsStatements(pgbouncer);
  if (works === undefined) {
    const fix = 'Run `citus-ha up`, which looks.';
    return [{ check, level: 'unknown', detail: 'the version of PgBouncer is not known', fix }];
  }
  if (works) return [{ check, level: 'ok', detail: 'of the protocol work over the pooled endpoint' }];
  return [
    {
      check,
      level: 'note',
      detail: `PgBouncer ${pgbouncer}: those of the protocol do not work over the pooled endpoint`,
      fix: 'Turn them off in the driver, or install pgbouncer 1.21 or later, and run `citus-ha up`.',
    },
  ];
}
