import { statsAt, urlOf, type MemberSite, type Site } from '@citus-ha/layout';
import { CodedError } from '@citus-ha/core';
import type { ClusterContext } from './context.js';

/** @throws CodedError `MEMBER_UNKNOWN` listing the known ones. */
export function siteOf(site: Site, member: string): MemberSite {
  const found = site.members[member];
  if (found) return found;
  throw new CodedError('MEMBER_UNKNOWN', `There is no member ${member}`, {
    blame: 'user',
    member,
    fix: `Name one of ${Object.keys(site.members).join(', ')}.`,
  });
}

/** What Citus may know a member by; nothing of one that is nowhere. */
export function hostsOf(site: Site, member: string): readonly string[] {
  const found = site.members[member];
  return found ? [member, found.host, found.address] : [];
}

/** Where clients are served. An address that listens everywhere, or only on its own machine, is reached at that machine. */
export function endpointHost({ spec, runtime }: Pick<ClusterContext, 'spec' | 'runtime'>): string {
  const { bind } = spec.proxy;
  const loopback = { '0.0.0.0': '127.0.0.1', '*': '127.0.0.1', '::': '::1' }[bind] ?? bind;
  return /^127\.|^::1$/.test(loopback) ? (runtime.host ?? loopback) : bind;
}

/** HAProxy's statistics page. */
export function statsUrl(cluster: Pick<ClusterContext, 'spec' | 'runtime'>): string {
  return urlOf(statsAt(endpointHost(cluster), cluster.spec.proxy.ports.stats));
}
