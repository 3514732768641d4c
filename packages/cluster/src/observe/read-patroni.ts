import { databaseMembers, workers, type MemberSpec } from '@citus-ha/config';
import type { PatroniCluster, PatroniMember, PatroniStatus } from '@citus-ha/patroni';
import { inTime, isLate } from './in-time.js';
import { lossBy, type Loss } from './lost-data.js';
import type { ClusterHandle } from '../cluster-handle.js';
import { coordinatorClients } from '../open-cluster.js';

export type SeenByPatroni = Pick<PatroniMember, 'name' | 'role' | 'state' | 'timeline' | 'lagBytes' | 'pendingRestart'>;

/** Why nothing is known of a member from itself: it did not answer in time, or whatever listens there is no Patroni. */
export type Unanswered = 'late' | 'refused';

export interface PatroniView {
  readonly members: ReadonlyMap<string, SeenByPatroni>;
  /** Of these only what others last heard is known. */
  readonly unanswered: ReadonlyMap<string, Unanswered>;
  /** Workers that run without their data. */
  readonly lost: ReadonlyMap<string, Loss>;
  readonly paused: boolean;
}

/**
 * What Patroni says of every database member: its cluster in etcd says who leads and who is synchronous, the member itself how it
 * is. All are asked at once.
 */
export async function readPatroni(cluster: ClusterHandle): Promise<PatroniView> {
  const placed = databaseMembers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const asked = placed.map(({ name }) => readSelf(cluster, name));
  const [views, selves, lost] = await Promise.all([
    readClusters(cluster),
    Promise.all(asked),
    Promise.all(placed.map((member, index) => readLost(cluster, member, asked[index]))),
  ]);
  const listed = new Map(views.flatMap(({ members }) => members).map((member) => [member.name, member]));
  const seen = placed.flatMap(({ name }, index) => merge(name, listed.get(name), selves[index]) ?? []);
  return {
    members: new Map(seen.map((member) => [member.name, member])),
    unanswered: new Map(
      placed.flatMap(({ name }, index) => {
        const self = selves[index];
        return typeof self === 'string' ? [[name, self] as const] : [];
      }),
    ),
    lost: new Map(placed.flatMap(({ name }, index) => (lost[index] ? [[name, lost[index]] as const] : []))),
    paused: views.some((view) => view.paused),
  };
}

/** Of the coordinators and of each worker, as far as etcd can be asked. */
async function readClusters(cluster: ClusterHandle): Promise<readonly PatroniCluster[]> {
  const options = { timeoutMs: cluster.answerMs };
  const placed = workers(cluster.spec).filter(({ name }) => cluster.site.members[name]);
  const answers = await Promise.allSettled([
    Promise.any(coordinatorClients(cluster).map((client) => client.cluster(options))),
    ...placed.map(({ name }) => cluster.patroni(name).cluster(options)),
  ]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

function readSelf(cluster: ClusterHandle, name: string): Promise<PatroniStatus | Unanswered> {
  const question = cluster.patroni(name).status({ timeoutMs: cluster.answerMs });
  return inTime(question, cluster.answerMs).catch((error: unknown) => (isLate(error) ? 'late' : 'refused'));
}

/** `undefined` where it is not known in time, counted from now. */
async function readLost(
  cluster: ClusterHandle,
  member: MemberSpec,
  asked?: Promise<PatroniStatus | Unanswered>,
): Promise<Loss | undefined> {
  if (member.kind !== 'worker' || asked === undefined) return undefined;
  const look = asked.then((self) =>
    typeof self === 'string' ? undefined : lossBy(cluster, member, self, cluster.answerMs),
  );
  return inTime(look, cluster.answerMs).catch(() => undefined);
}

/** A member's own word of itself is newer than what it last told etcd, which also stays there for a while once it is gone. */
export function merge(
  name: string,
  listed: SeenByPatroni | undefined,
  self: PatroniStatus | Unanswered | undefined,
): SeenByPatroni | undefined {
  if (self === undefined || typeof self === 'string') return listed;
  const { role, replicationState, timeline, synchronous, pendingRestart } = self;
  return {
    name,
    role: listed?.role ?? (role === 'primary' ? 'leader' : synchronous ? 'sync_standby' : role),
    state: replicationState ?? self.state,
    timeline: timeline ?? listed?.timeline ?? null,
    lagBytes: listed?.lagBytes ?? null,
    pendingRestart,
  };
}
