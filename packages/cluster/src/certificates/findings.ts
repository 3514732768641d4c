import { X509Certificate } from 'node:crypto';
import type { Certificates } from '@citus-ha/layout';
import type { Finding } from '../doctor/finding.js';
import { certificateTimes, lastMs } from './times.js';

/** Whether the nodes' certificates hold for a while: one finding for all of them where they do, none where there are none. */
export function certificateFindings(certificates: Certificates | undefined, now: Date): readonly Finding[] {
  if (!certificates) return [];
  const all = [
    { owner: 'of the authority', ...certificates.authority, ...certificateTimes.authority },
    ...Object.entries(certificates.members).map(([name, own]) => ({
      owner: `of ${name}`,
      ...own,
      ...certificateTimes.node,
    })),
  ].map(({ owner, certificate, dueMs }) => {
    const until = new Date(new X509Certificate(certificate).validTo);
    return { owner, dueMs, until, leftMs: until.getTime() - now.getTime() };
  });
  const due = all.filter(({ leftMs, dueMs }) => leftMs <= dueMs);
  if (due.length === 0) {
    const first = all.reduce((a, b) => (b.leftMs < a.leftMs ? b : a));
    return [{ check: 'certificates', level: 'ok', detail: `valid until ${dateOf(first.until)}` }];
  }
  return due.map(({ owner, until, leftMs }) => ({
    check: 'certificates',
    level: leftMs <= lastMs ? 'problem' : 'note',
    detail:
      leftMs > 0
        ? `the certificate ${owner} ends on ${dateOf(until)}`
        : `the certificate ${owner} ended on ${dateOf(until)}: nodes refuse one another`,
    fix: 'Have it renewed: `citus-ha up`.',
  }));
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
