import { proxies, type ClusterSpec } from '@citus-ha/config';
import { candidatesOf, whyUnknown } from '../status/find-unknown.js';
import type { Finding } from './finding.js';
import type { ClusterStatus, Problem, ProblemCode, Unknowable } from '../status/status.js';

const areas: Readonly<Record<ProblemCode, string>> = {
  CLUSTER_DOWN: 'cluster',
  ETCD_UNHEALTHY: 'etcd',
  ETCD_FULL: 'etcd',
  ETCD_EMPTY: 'etcd',
  NO_LEADER: 'leader',
  SQL_FAILED: 'leader',
  PAUSED: 'failover',
  MEMBER_MISSING: 'members',
  MEMBER_UNKNOWN_STATE: 'members',
  MEMBER_DOWN: 'members',
  MEMBER_PAUSED: 'members',
  MEMBER_MISPLACED: 'members',
  MEMBER_NOT_READY: 'members',
  MEMBER_SILENT: 'patroni',
  PATRONI_SILENT: 'patroni',
  WAITS_FOR_DATA: 'patroni',
  NOT_STREAMING: 'patroni',
  CANNOT_CATCH_UP: 'patroni',
  NOT_LEADING: 'patroni',
  RESTART_PENDING: 'patroni',
  SETTING_UNSAFE: 'settings',
  SETTING_NOT_IN_FORCE: 'settings',
  NOT_SYNCHRONOUS: 'synchrony',
  NODE_UNREGISTERED: 'nodes',
  NODE_INACTIVE: 'nodes',
  NODE_WITHOUT_MEMBER: 'nodes',
  ENDPOINT_FAILED: 'endpoint',
  POOLER_PAUSED: 'endpoint',
  STORAGE_FAILING: 'storage',
  WAL_HELD: 'patroni',
  SLOT_LOST: 'patroni',
  REPLAY_HANGS: 'patroni',
  DATA_LOST: 'members',
  PLACEMENTS_LOST: 'redundancy',
  UNDER_REPLICATED: 'redundancy',
};

/** What was found in each part of a cluster. `well` is said only of what is known to be. */
export function areaFindings(spec: ClusterSpec, status: ClusterStatus): readonly Finding[] {
  const { problems } = status;
  // Of a cluster that does not run nothing else is known.
  const isDown = problems.some(({ code }) => code === 'CLUSTER_DOWN');
  return [...new Set(isDown ? [areas.CLUSTER_DOWN] : Object.values(areas))].flatMap((check): readonly Finding[] => {
    const found = problems.filter(({ code }) => areas[code] === check).map((problem) => findingOf(check, problem));
    if (found.length > 0) return found;
    if (check === 'endpoint') return [endpointFinding(spec, status)];
    if (status.unknown.includes(check as Unknowable)) return [unknown(check, status)];
    return check === 'failover' ? [failoverFinding(spec, status)] : [well(check)];
  });
}

/** States in which it is not known how a member is. */
const unseen: readonly ProblemCode[] = ['MEMBER_SILENT', 'MEMBER_UNKNOWN_STATE'];

/** States in which a member answers nobody. */
const stopped: readonly ProblemCode[] = ['MEMBER_MISSING', 'MEMBER_DOWN', 'MEMBER_PAUSED'];

function findingOf(check: string, { code, message, fix }: Problem): Finding {
  return { check, level: unseen.includes(code) ? 'unknown' : 'problem', detail: message, fix };
}

function well(check: string): Finding {
  return { check, level: 'ok', detail: 'well' };
}

/** What explains that it takes no client is the only problem that is told of it. */
function endpointFinding(spec: ClusterSpec, status: ClusterStatus): Finding {
  const check = 'endpoint';
  const [proxy] = proxies(spec);
  const cause = status.problems.find(
    ({ code, member }) => code === 'NO_LEADER' || (member === proxy?.name && stopped.includes(code)),
  );
  if (cause) return { check, level: 'problem', detail: `takes no client: ${cause.message}`, fix: cause.fix };
  return status.unknown.includes(check) ? unknown(check, status) : well(check);
}

function unknown(check: string, status: ClusterStatus): Finding {
  return {
    check,
    level: 'unknown',
    detail: whyUnknown(status),
    fix: 'Mend what `citus-ha status` names, and look again.',
  };
}

function failoverFinding(spec: ClusterSpec, status: ClusterStatus): Finding {
  const check = 'failover';
  if (status.problems.some(({ code, member }) => areas[code] === 'etcd' && member === null)) {
    return { check, level: 'problem', detail: 'nobody can take over without etcd', fix: 'Mend etcd: `citus-ha up`.' };
  }
  if (spec.coordinators.count === 1) {
    return {
      check,
      level: 'note',
      detail: 'there is one coordinator: nobody can take over',
      fix: 'Raise coordinators.count.',
    };
  }
  const ready = candidatesOf(spec, status);
  if (ready.length > 0) return { check, level: 'ok', detail: `${ready.join(' or ')} would take over` };
  const states = status.members
    .filter(({ kind, role }) => kind === 'coordinator' && role !== 'leader')
    .map(({ name, role, state }) => `${name} is ${role === null ? state : `${role}, ${state}`}`);
  return {
    check,
    level: 'problem',
    detail: `no standby may take over: ${states.join(', ')}`,
    fix: 'Bring one back: `citus-ha up`.',
  };
}
