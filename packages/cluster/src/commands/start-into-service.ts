import { proxies, type MemberSpec } from '@citus-ha/config';
import { codeOf, currentClock, waitFor } from '@citus-ha/core';
import { leaderOf } from '@citus-ha/patroni';
import { findStuck } from '../observe/catch-up.js';
import { explainWithLogs } from '../apply/explain-with-logs.js';
import { requireData } from '../observe/lost-data.js';
import { withPatience, type ClusterHandle } from '../cluster-handle.js';
import { coordinatorCluster, isDatabase } from '../open-cluster.js';
import { readSentinel } from '../observe/read-sentinel.js';
import { readStatus } from '../status/read-status.js';
import { serves } from '../observe/serves.js';
import { refuseStartFailure } from '../apply/start-failures.js';
import { runningMembers, startMember } from './start-stop.js';
import type { Problem } from '../status/status.js';
import { whileRunning } from '../apply/while-running.js';

/** PostgreSQL may have to recover from a crash first. */
const timeoutMs = 60_000;
/** How long a leader, or a majority of etcd, may be lacking before it is no longer waited for: that is not this member's fault. */
const othersMs = 10_000;

/**
 * Starts one member and waits until it is of use: it answers, and it leads, or streams from whoever does. Where it cannot, or does
 * not in time, the answer says what is wrong with it. Who would have to lead is not waited for long; that is no fault of its own,
 * unless it waits for others' data or for etcd.
 *
 * @throws CodedError `DATA_LOST` for a worker that has lost its data; `MEMBER_ENDED` with the last lines of its log, where it ends by itself; `START_FAILED` where its PostgreSQL does; `TIMEOUT` where it never answers.
 */
export async function startIntoService(cluster: ClusterHandle, member: MemberSpec): Promise<Problem | undefined> {
  await startMember(cluster, member);
  const { name, kind } = member;
  const wait = isDatabase(cluster, member) ? waitUntilServing : (waitOf[kind] ?? waitForEtcdMember);
  try {
    const outcome = await whileRunning(cluster, [name], (signal) => wait({ ...cluster, signal }, member));
    if (outcome === 'serves') return undefined;
    const { problems } = await readStatus(withPatience(cluster));
    const own = problems.filter(({ member: troubled }) => troubled === name);
    if (outcome === 'stuck') return own[0];
    cluster.onEvent?.({ type: 'lacking-others', member: name });
    const waits = own.find(({ code }) => code === 'WAITS_FOR_DATA');
    return waits ?? (isDatabase(cluster, member) ? quorumProblem(name, problems) : undefined);
  } catch (error) {
    throw await explainWithLogs(cluster.runtime, error);
  }
}

function quorumProblem(name: string, problems: readonly Problem[]): Problem | undefined {
  const etcd = problems.find(({ code, member }) => code === 'ETCD_UNHEALTHY' && member === null);
  return etcd && { ...etcd, member: name, message: `${name} waits for etcd, which has no quorum` };
}

/** `alone`: it runs, but others are lacking; `stuck`: no time brings it to serve, or none did so far. */
type Outcome = 'serves' | 'alone' | 'stuck';

/** Only the first one has a page that can be asked. */
function waitForProxy(cluster: ClusterHandle, { name }: MemberSpec): Promise<Outcome> {
  const asked = name === proxies(cluster.spec)[0]?.name;
  return waitForOutcome(cluster, name, async () => (!asked || (await cluster.routes(name).read()) ? 'serves' : false));
}

function waitForSentinel(cluster: ClusterHandle, { name }: MemberSpec): Promise<Outcome> {
  const isLate = patience();
  return waitForOutcome(cluster, name, async () => {
    const seen = await readSentinel(cluster).catch(() => undefined);
    // It says so in etcd: without etcd it may run, where etcd answers it does not.
    return seen === undefined ? isLate() && 'alone' : seen.running === true && 'serves';
  });
}

function waitForEtcdMember(cluster: ClusterHandle, { name }: MemberSpec): Promise<Outcome> {
  return waitUnlessAlone(cluster, name, async () => {
    const health = await cluster.dcs.health();
    return health.some(({ endpoint, healthy }) => healthy && endpoint.member === name);
  });
}

function waitUnlessAlone(cluster: ClusterHandle, name: string, isOfUse: () => Promise<boolean>): Promise<Outcome> {
  const isLate = patience();
  return waitForOutcome(cluster, name, async () => ((await isOfUse()) ? 'serves' : isLate() && 'alone'));
}

function waitUntilServing(cluster: ClusterHandle, member: MemberSpec): Promise<Outcome> {
  const { name, kind } = member;
  const isLate = patience();
  const refuse = refuseStartFailure(member);
  let answered = false;
  const look = async (): Promise<Outcome | false> => {
    const group = kind === 'coordinator' ? coordinatorCluster(cluster) : cluster.patroni(name).cluster();
    const view = await group.catch(() => undefined);
    refuse(view?.members.find((one) => one.name === name)?.state);
    const leader = view && leaderOf(view);
    if (!leader || !(await runningMembers(cluster)).includes(leader.name)) {
      if (kind === 'worker') await requireData(cluster, member);
      return kind === 'coordinator' && isLate() && 'alone';
    }
    const self = await cluster.patroni(name).status();
    answered = true;
    if (serves(self, leader)) return 'serves';
    return (await findStuck(cluster, name)) !== undefined && 'stuck';
  };
  return waitForOutcome(cluster, name, look).catch((error: unknown) => {
    if (answered && codeOf(error) === 'TIMEOUT') return 'stuck';
    throw error;
  });
}

const waitOf: Partial<Readonly<Record<MemberSpec['kind'], typeof waitForProxy>>> = {
  proxy: waitForProxy,
  sentinel: waitForSentinel,
};

function patience(): () => boolean {
  const beganAt = currentClock().now();
  return () => currentClock().now() - beganAt > othersMs;
}

function waitForOutcome(
  { signal }: ClusterHandle,
  name: string,
  probe: () => Promise<Outcome | false>,
): Promise<Outcome> {
  const fix = `See its log: \`citus-ha logs ${name}\`.`;
  return waitFor({ what: `${name} to answer`, member: name, probe, timeoutMs, intervalMs: 200, signal, fix });
}
